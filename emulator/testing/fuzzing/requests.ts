/** Requests of every command that mean something, with what the fuzzer knows: credential ids, and a token that signs them. */
import { concat, uint } from '#base/bytes.ts';
import { type CborMap, type CborValue, encode } from '#protocol/cbor.ts';
import { type CommandName, commands } from '#protocol/commands.ts';
import { sha256 } from '#protocol/crypto.ts';
import { pinUvAuthProtocols } from '#protocol/pin-uv-auth.ts';
import type { Persona } from '../../personas/persona.ts';
import { hasCommand } from '../../versions.ts';
import { registration } from '../test-platform.ts';
import type { Dice } from './dice.ts';

export interface Knowledge {
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
const prefix = (code: number) => Uint8Array.from([...Array(32).fill(0xff), code]);
const map = (entries: readonly (readonly [number, CborValue | undefined])[]): CborMap =>
  new Map(entries.filter((entry): entry is readonly [number, CborValue] => entry[1] !== undefined));

function sign(known: Knowledge, dice: Dice, message: Uint8Array): Uint8Array | undefined {
  if (!known.token || dice.once(8)) return dice.once(2) ? undefined : dice.bytes(dice.pick([0, 16, 32]));
  return pinUvAuthProtocols[known.protocol].authenticate(known.token, message);
}

const someId = (known: Knowledge, dice: Dice) =>
  known.credentialIds.length > 0 && !dice.once(6) ? dice.pick(known.credentialIds) : dice.bytes(64);
const someList = (known: Knowledge, dice: Dice) =>
  Array.from({ length: dice.roll(3) }, () => ({ id: someId(known, dice), type: 'public-key' }));
const maybe = <T>(dice: Dice, value: T): T | undefined => (dice.once(2) ? value : undefined);

function makeCredential(known: Knowledge, dice: Dice): CborMap {
  const request = registration({
    rp: { id: dice.pick(relyingParties) },
    user: { id: dice.bytes(1), name: 'someone' },
    pubKeyCredParams: [{ type: 'public-key', alg: dice.pick([-7, -7, -8, -257]) }],
    excludeList: maybe(dice, someList(known, dice)),
    extensions: maybe(dice, {
      credProtect: dice.roll(4),
      'hmac-secret': true,
      minPinLength: true,
      credBlob: dice.bytes(8),
    }),
    options: maybe(dice, { rk: dice.once(2), uv: dice.once(3) }),
    enterpriseAttestation: dice.once(8) ? dice.roll(4) : undefined,
    attestationFormatsPreference: dice.once(8) ? ['fido-u2f', 'none'] : undefined,
  });
  const pinUvAuthParam = maybe(dice, sign(known, dice, request.clientDataHash));
  return commands.authenticatorMakeCredential.request.encode({
    ...request,
    pinUvAuthParam,
    pinUvAuthProtocol: pinUvAuthParam && known.protocol,
  });
}

function getAssertion(known: Knowledge, dice: Dice): CborMap {
  const clientDataHash = dice.bytes(32);
  const pinUvAuthParam = maybe(dice, sign(known, dice, clientDataHash));
  return commands.authenticatorGetAssertion.request.encode({
    rpId: dice.pick(relyingParties),
    clientDataHash,
    allowList: maybe(dice, someList(known, dice)),
    extensions: maybe(dice, { credBlob: true, thirdPartyPayment: true }),
    options: maybe(dice, { up: dice.once(2), uv: dice.once(3) }),
    pinUvAuthParam,
    pinUvAuthProtocol: pinUvAuthParam && known.protocol,
  });
}

/** Most of clientPIN needs a key agreement: the honest steps of the fuzzer make it. */
function clientPin(known: Knowledge, dice: Dice): CborMap {
  return commands.authenticatorClientPIN.request.encode({
    pinUvAuthProtocol: known.protocol,
    subCommand: dice.roll(11),
    keyAgreement: maybe(
      dice,
      map([
        [1, 2],
        [3, -25],
        [-1, 1],
        [-2, dice.bytes(32)],
        [-3, dice.bytes(32)],
      ]),
    ),
    pinUvAuthParam: maybe(dice, dice.bytes(32)),
    newPinEnc: maybe(dice, dice.bytes(80)),
    pinHashEnc: maybe(dice, dice.bytes(32)),
    permissions: maybe(dice, dice.roll(256)),
    rpId: maybe(dice, dice.pick(relyingParties)),
  });
}

/** The managing commands share their shape: subcommand, parameters, protocol and proof under keys of their own. */
function managing(
  keys: { subCommand: number; params: number; protocol: number; param: number },
  signedBefore: Uint8Array,
  subCommand: number,
  params: CborMap | undefined,
  known: Knowledge,
  dice: Dice,
): CborMap {
  const message = concat(signedBefore, uint(subCommand, 1), params ? encode(params) : new Uint8Array(0));
  const param = sign(known, dice, message);
  return map([
    [keys.subCommand, subCommand],
    [keys.params, params],
    [keys.protocol, param && known.protocol],
    [keys.param, param],
  ]);
}

const managementKeys = { subCommand: 1, params: 2, protocol: 3, param: 4 };

function credentialManagement(known: Knowledge, dice: Dice): CborMap {
  const credential: CborMap = new Map<string, CborValue>([
    ['id', someId(known, dice)],
    ['type', 'public-key'],
  ]);
  const user: CborMap = new Map<string, CborValue>([
    ['id', dice.bytes(1)],
    ['name', 'renamed'],
  ]);
  const params = dice.once(3)
    ? undefined
    : map([
        [1, maybe(dice, sha256(dice.pick(relyingParties)))],
        [2, maybe(dice, credential)],
        [3, maybe(dice, user)],
      ]);
  return managing(managementKeys, new Uint8Array(0), dice.roll(9), params, known, dice);
}

function bioEnrollment(known: Knowledge, dice: Dice): CborMap {
  const templateId = known.templateIds.length > 0 && !dice.once(5) ? dice.pick(known.templateIds) : dice.bytes(2);
  const params = dice.once(3)
    ? undefined
    : map([
        [1, maybe(dice, templateId)],
        [2, maybe(dice, 'x'.repeat(dice.roll(40)))],
        [3, maybe(dice, dice.roll(100))],
      ]);
  const keys = { subCommand: 2, params: 3, protocol: 4, param: 5 };
  return managing(keys, Uint8Array.of(1), dice.roll(9), params, known, dice).set(1, 1);
}

function config(known: Knowledge, dice: Dice): CborMap {
  const params = dice.once(3)
    ? undefined
    : map([
        [1, maybe(dice, 3 + dice.roll(5))],
        [2, maybe(dice, relyingParties)],
        [3, dice.once(8)],
        [4, dice.once(8)],
      ]);
  return managing(managementKeys, prefix(0x0d), dice.once(20) ? 0xff : dice.roll(6), params, known, dice);
}

function largeBlobs(known: Knowledge, dice: Dice): CborMap {
  if (dice.once(3))
    return map([
      [1, dice.roll(3000)],
      [3, dice.roll(60)],
    ]);
  const content = dice.bytes(1 + dice.roll(50));
  const whole = concat(content, sha256(content).subarray(0, dice.once(5) ? 15 : 16));
  const offset = dice.once(4) ? dice.roll(40) : 0;
  const fragment = dice.once(3) ? whole.subarray(0, 20) : whole;
  const position = Uint8Array.of(offset, 0, 0, 0);
  const param = sign(known, dice, concat(prefix(0x0c), Uint8Array.of(0), position, sha256(fragment)));
  return map([
    [2, fragment],
    [3, offset],
    [4, offset === 0 || dice.once(9) ? whole.length : undefined],
    [5, param],
    [6, param && known.protocol],
  ]);
}

const none = () => undefined;
const makers: Record<CommandName, (known: Knowledge, dice: Dice) => CborMap | undefined> = {
  authenticatorMakeCredential: makeCredential,
  authenticatorGetAssertion: getAssertion,
  authenticatorGetInfo: none,
  authenticatorClientPIN: clientPin,
  authenticatorReset: none,
  authenticatorGetNextAssertion: none,
  authenticatorBioEnrollment: bioEnrollment,
  authenticatorCredentialManagement: credentialManagement,
  authenticatorSelection: none,
  authenticatorLargeBlobs: largeBlobs,
  authenticatorConfig: config,
  authenticatorBioEnrollmentPreview: bioEnrollment,
  authenticatorCredentialManagementPreview: credentialManagement,
};
const names = Object.keys(makers) as CommandName[];

/** Mostly of commands that the persona has. */
export function someRequest(persona: Persona, known: Knowledge, dice: Dice): FuzzRequest {
  const command = dice.pick(dice.once(20) ? names : names.filter((name) => hasCommand(persona, name)));
  return { command, parameters: makers[command](known, dice) };
}
