/** Generates well-formed requests of every command, with the credential ids and the token that the fuzzer has received. */
import { concat, uint } from '#base/bytes.ts';
import { type CborMap, type CborValue, encode } from '#protocol/cbor.ts';
import { type CommandName, commands } from '#protocol/commands.ts';
import { sha256 } from '#protocol/crypto.ts';
import { pinUvAuthProtocols } from '#protocol/pin-uv-auth.ts';
import { hasCommand } from '../../ctap-versions.ts';
import type { Persona } from '../../personas/persona.ts';
import { makeCredentialRequest } from '../test-platform.ts';
import type { Prng } from './prng.ts';

/** What the fuzzer has received from the authenticator. */
export interface FuzzState {
  token: Uint8Array | undefined;
  protocol: 1 | 2;
  credentialIds: Uint8Array[];
  templateIds: Uint8Array[];
}

export interface FuzzRequest {
  command: CommandName;
  parameters: CborMap | undefined;
}

const relyingParties = ['example.com', 'other.example', 'enterprise.example'];
/** Returns the bytes before the subcommand in a signed message: 32 x 0xff and the command code. */
const prefixOf = (code: number) => Uint8Array.from([...Array(32).fill(0xff), code]);
/** Builds a map without the entries whose value is undefined. */
const map = (entries: readonly (readonly [number, CborValue | undefined])[]): CborMap =>
  new Map(entries.filter((entry): entry is readonly [number, CborValue] => entry[1] !== undefined));

/** Returns a pinUvAuthParam over `message`, sometimes an invalid one or undefined. */
function sign(state: FuzzState, prng: Prng, message: Uint8Array): Uint8Array | undefined {
  if (!state.token || prng.oneIn(8)) return prng.oneIn(2) ? undefined : prng.bytes(prng.pick([0, 16, 32]));
  return pinUvAuthProtocols[state.protocol].authenticate(state.token, message);
}

/** Returns a known credential id, sometimes an unknown one. */
const pickCredentialId = (state: FuzzState, prng: Prng) =>
  state.credentialIds.length > 0 && !prng.oneIn(6) ? prng.pick(state.credentialIds) : prng.bytes(64);
const pickDescriptors = (state: FuzzState, prng: Prng) =>
  Array.from({ length: prng.int(3) }, () => ({ id: pickCredentialId(state, prng), type: 'public-key' }));
/** Returns `value` or undefined, each with probability 1/2. */
const orUndefined = <T>(prng: Prng, value: T): T | undefined => (prng.oneIn(2) ? value : undefined);

function makeCredential(state: FuzzState, prng: Prng): CborMap {
  const request = makeCredentialRequest({
    rp: { id: prng.pick(relyingParties) },
    user: { id: prng.bytes(1), name: 'alice' },
    pubKeyCredParams: [{ type: 'public-key', alg: prng.pick([-7, -7, -8, -257]) }],
    excludeList: orUndefined(prng, pickDescriptors(state, prng)),
    extensions: orUndefined(prng, {
      credProtect: prng.int(4),
      'hmac-secret': true,
      minPinLength: true,
      credBlob: prng.bytes(8),
    }),
    options: orUndefined(prng, { rk: prng.oneIn(2), uv: prng.oneIn(3) }),
    enterpriseAttestation: prng.oneIn(8) ? prng.int(4) : undefined,
    attestationFormatsPreference: prng.oneIn(8) ? ['fido-u2f', 'none'] : undefined,
  });
  const pinUvAuthParam = orUndefined(prng, sign(state, prng, request.clientDataHash));
  return commands.authenticatorMakeCredential.request.encode({
    ...request,
    pinUvAuthParam,
    pinUvAuthProtocol: pinUvAuthParam && state.protocol,
  });
}

function getAssertion(state: FuzzState, prng: Prng): CborMap {
  const clientDataHash = prng.bytes(32);
  const pinUvAuthParam = orUndefined(prng, sign(state, prng, clientDataHash));
  return commands.authenticatorGetAssertion.request.encode({
    rpId: prng.pick(relyingParties),
    clientDataHash,
    allowList: orUndefined(prng, pickDescriptors(state, prng)),
    extensions: orUndefined(prng, { credBlob: true, thirdPartyPayment: true }),
    options: orUndefined(prng, { up: prng.oneIn(2), uv: prng.oneIn(3) }),
    pinUvAuthParam,
    pinUvAuthProtocol: pinUvAuthParam && state.protocol,
  });
}

/** Most subcommands of clientPIN require a key agreement, so they fail here; `Fuzzer` also sends valid ones. */
function clientPin(state: FuzzState, prng: Prng): CborMap {
  return commands.authenticatorClientPIN.request.encode({
    pinUvAuthProtocol: state.protocol,
    subCommand: prng.int(11),
    keyAgreement: orUndefined(
      prng,
      map([
        [1, 2],
        [3, -25],
        [-1, 1],
        [-2, prng.bytes(32)],
        [-3, prng.bytes(32)],
      ]),
    ),
    pinUvAuthParam: orUndefined(prng, prng.bytes(32)),
    newPinEnc: orUndefined(prng, prng.bytes(80)),
    pinHashEnc: orUndefined(prng, prng.bytes(32)),
    permissions: orUndefined(prng, prng.int(256)),
    rpId: orUndefined(prng, prng.pick(relyingParties)),
  });
}

interface ManagementRequest {
  keys: { subCommand: number; params: number; protocol: number; param: number };
  /** The signed message starts with these bytes. */
  signedPrefix: Uint8Array;
  subCommand: number;
  params: CborMap | undefined;
}

/** Encodes a request of a management command. These have the same members, but with different keys. */
function encodeManagement(
  { keys, signedPrefix, subCommand, params }: ManagementRequest,
  state: FuzzState,
  prng: Prng,
): CborMap {
  const message = concat(signedPrefix, uint(subCommand, 1), params ? encode(params) : new Uint8Array(0));
  const param = sign(state, prng, message);
  return map([
    [keys.subCommand, subCommand],
    [keys.params, params],
    [keys.protocol, param && state.protocol],
    [keys.param, param],
  ]);
}

const managementKeys = { subCommand: 1, params: 2, protocol: 3, param: 4 };

function credentialManagement(state: FuzzState, prng: Prng): CborMap {
  const credential: CborMap = new Map<string, CborValue>([
    ['id', pickCredentialId(state, prng)],
    ['type', 'public-key'],
  ]);
  const user: CborMap = new Map<string, CborValue>([
    ['id', prng.bytes(1)],
    ['name', 'renamed'],
  ]);
  const params = prng.oneIn(3)
    ? undefined
    : map([
        [1, orUndefined(prng, sha256(prng.pick(relyingParties)))],
        [2, orUndefined(prng, credential)],
        [3, orUndefined(prng, user)],
      ]);
  const subCommand = prng.int(9);
  return encodeManagement({ keys: managementKeys, signedPrefix: new Uint8Array(0), subCommand, params }, state, prng);
}

function bioEnrollment(state: FuzzState, prng: Prng): CborMap {
  const templateId = state.templateIds.length > 0 && !prng.oneIn(5) ? prng.pick(state.templateIds) : prng.bytes(2);
  const params = prng.oneIn(3)
    ? undefined
    : map([
        [1, orUndefined(prng, templateId)],
        [2, orUndefined(prng, 'x'.repeat(prng.int(40)))],
        [3, orUndefined(prng, prng.int(100))],
      ]);
  const keys = { subCommand: 2, params: 3, protocol: 4, param: 5 };
  const subCommand = prng.int(9);
  return encodeManagement({ keys, signedPrefix: Uint8Array.of(1), subCommand, params }, state, prng).set(1, 1);
}

function config(state: FuzzState, prng: Prng): CborMap {
  const params = prng.oneIn(3)
    ? undefined
    : map([
        [1, orUndefined(prng, 3 + prng.int(5))],
        [2, orUndefined(prng, relyingParties)],
        [3, prng.oneIn(8)],
        [4, prng.oneIn(8)],
      ]);
  const subCommand = prng.oneIn(20) ? 0xff : prng.int(6);
  return encodeManagement({ keys: managementKeys, signedPrefix: prefixOf(0x0d), subCommand, params }, state, prng);
}

function largeBlobs(state: FuzzState, prng: Prng): CborMap {
  if (prng.oneIn(3))
    return map([
      [1, prng.int(3000)],
      [3, prng.int(60)],
    ]);
  const content = prng.bytes(1 + prng.int(50));
  const whole = concat(content, sha256(content).subarray(0, prng.oneIn(5) ? 15 : 16));
  const offset = prng.oneIn(4) ? prng.int(40) : 0;
  const fragment = prng.oneIn(3) ? whole.subarray(0, 20) : whole;
  const position = Uint8Array.of(offset, 0, 0, 0);
  const param = sign(state, prng, concat(prefixOf(0x0c), Uint8Array.of(0), position, sha256(fragment)));
  return map([
    [2, fragment],
    [3, offset],
    [4, offset === 0 || prng.oneIn(9) ? whole.length : undefined],
    [5, param],
    [6, param && state.protocol],
  ]);
}

const noParameters = () => undefined;
const generators: Record<CommandName, (state: FuzzState, prng: Prng) => CborMap | undefined> = {
  authenticatorMakeCredential: makeCredential,
  authenticatorGetAssertion: getAssertion,
  authenticatorGetInfo: noParameters,
  authenticatorClientPIN: clientPin,
  authenticatorReset: noParameters,
  authenticatorGetNextAssertion: noParameters,
  authenticatorBioEnrollment: bioEnrollment,
  authenticatorCredentialManagement: credentialManagement,
  authenticatorSelection: noParameters,
  authenticatorLargeBlobs: largeBlobs,
  authenticatorConfig: config,
  authenticatorBioEnrollmentPreview: bioEnrollment,
  authenticatorCredentialManagementPreview: credentialManagement,
};
const names = Object.keys(generators) as CommandName[];

/** Returns a request, in 19 of 20 cases of a command that the persona supports. */
export function generateRequest(persona: Persona, state: FuzzState, prng: Prng): FuzzRequest {
  const command = prng.pick(prng.oneIn(20) ? names : names.filter((name) => hasCommand(persona, name)));
  return { command, parameters: generators[command](state, prng) };
}
