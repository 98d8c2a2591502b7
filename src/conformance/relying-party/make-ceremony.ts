/**
 * Makes the response of a case: the emulated authenticator answers a CTAP request, and the change of the case applies at its level.
 * The client in between checks nothing.
 */
import { concat, toBase64url, utf8 } from '#base/bytes.ts';
import { flag } from '#protocol/authenticator-data.ts';
import { type CborMap, type CborValue, encode, encodeMessage } from '#protocol/cbor.ts';
import { decode } from '#protocol/cbor-reader.ts';
import { commands } from '#protocol/commands.ts';
import { coseAlgorithms } from '#protocol/cose.ts';
import { derivePrivateKey, hkdfSha256, importSigningKey, type SigningKey, sha256 } from '#protocol/crypto.ts';
import { hasShortSignature, withFullLengths } from './ecdsa-lengths.ts';
import type { AuthenticatorChanges, SuiteEmulator } from './emulator-port.ts';
import type {
  AuthenticationChange,
  Base,
  Change,
  ClientDataMembers,
  CredentialJson,
  RegistrationChange,
  SigningContext,
} from './relying-party-case.ts';

/** What the response answers, and for whom. */
export interface Ceremony {
  /** Base64url. */
  challenge: string;
  origin: string;
  rpId: string;
  /** Base64url. */
  userHandle: string;
}

/** A credential with keys that are derived from its name. */
export interface SuiteCredential {
  base: Base;
  id: Uint8Array;
  secret: Uint8Array;
  key: SigningKey;
  attestationKey: SigningKey;
}

const derive = (name: string, purpose: string, length: number): Uint8Array =>
  hkdfSha256(utf8(name), new Uint8Array(32), purpose, length);

/** Returns the credential `name`, with the same id and keys each time. */
export function createCredential(name: string, base: Base): SuiteCredential {
  const { algorithm, credentialIdLength } = base;
  const secretOf = (purpose: string, alg: Base['algorithm']) =>
    derivePrivateKey(alg, (length, attempt) => derive(name, `${purpose} ${attempt}`, length));
  const secret = secretOf('credential', algorithm);
  return {
    base,
    id: derive(name, 'credential id', credentialIdLength),
    secret,
    key: importSigningKey(algorithm, secret),
    attestationKey: importSigningKey('ES256', secretOf('attestation', 'ES256')),
  };
}

/** Returns RegistrationResponseJSON, with the change of a case. */
export async function makeRegistration(
  emulator: SuiteEmulator,
  credential: SuiteCredential,
  ceremony: Ceremony,
  change: RegistrationChange = {},
): Promise<unknown> {
  const { signed, sent } = encodeClientData('webauthn.create', ceremony, change);
  const clientDataHash = sha256(signed);
  const answer = await register(emulator, credential, change, {
    command: 'authenticatorMakeCredential',
    parameters: commands.authenticatorMakeCredential.request.encode({
      clientDataHash,
      rp: { id: ceremony.rpId, name: 'Relying party under test' },
      user: { id: Buffer.from(ceremony.userHandle, 'base64url'), name: 'user', displayName: 'User' },
      pubKeyCredParams: [{ type: 'public-key', alg: coseAlgorithms[credential.base.algorithm].alg }],
      options: { rk: true, uv: true },
    }),
  });
  const [fmt, authData, attStmt] = [1, 2, 3].map((key) => answer.get(key)) as [string, Uint8Array, CborValue];
  const { key: credentialKey, attestationKey } = credential;
  const { root, aaguid } = emulator;
  const context: SigningContext = { authData, clientDataHash, credentialKey, attestationKey, root, aaguid };
  const members: CborMap = new Map<string, CborValue>([
    ['fmt', fmt],
    ['attStmt', change.statement ? change.statement(attStmt, context) : attStmt],
    ['authData', authData],
  ]);
  const bytes = encode(change.attestationObject ? change.attestationObject(members) : members);
  const attestationObject = change.attestationObjectBytes?.(bytes) ?? bytes;
  return finish(readCredentialId(authData) ?? credential.id, change, {
    clientDataJSON: toBase64url(sent),
    attestationObject: toBase64url(attestationObject),
    transports: ['usb'],
    // What the getters of the response return; a relying party must not trust them instead of the attestation object.
    authenticatorData: toBase64url(authData),
    publicKey: toBase64url(credentialKey.spki),
    publicKeyAlgorithm: credentialKey.alg,
  });
}

/** A signature is short once in 130 times. */
const maxAttempts = 20;

/** Sends the request, again if its signature is short; a case that changes the signature gets any. */
async function register(
  emulator: SuiteEmulator,
  credential: SuiteCredential,
  { authenticator = {} }: Change,
  request: Request,
): Promise<CborMap> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await send(emulator, credential, [authenticator], request);
    const isAny = authenticator.signature !== undefined || attempt === maxAttempts;
    if (isAny || !hasShortSignature(answer.get(3))) return answer;
  }
}

/** The counter of a valid assertion: above that of the registration, which is the first signature of the authenticator. */
const assertionCounter = 10;

/** Returns AuthenticationResponseJSON, with the change of a case. */
export async function makeAuthentication(
  emulator: SuiteEmulator,
  credential: SuiteCredential,
  ceremony: Ceremony,
  change: AuthenticationChange = {},
): Promise<unknown> {
  const { signed, sent } = encodeClientData('webauthn.get', ceremony, change);
  const clientDataHash = sha256(signed);
  const count: AuthenticatorChanges = {
    authData: (data) => ({ ...data, signCount: credential.base.synced ? 0 : assertionCounter }),
  };
  const answer = await send(emulator, credential, [count, change.authenticator ?? {}], {
    command: 'authenticatorGetAssertion',
    parameters: commands.authenticatorGetAssertion.request.encode({
      rpId: ceremony.rpId,
      clientDataHash,
      allowList: [{ type: 'public-key', id: credential.id }],
      options: { uv: true },
    }),
  });
  const [authData, signature] = [answer.get(2), answer.get(3)] as [Uint8Array, Uint8Array];
  const context = { signed: concat(authData, clientDataHash), credentialKey: credential.key };
  const usual = signsOtherwise(change) ? signature : withFullLengths(credential.base.algorithm, signature, context);
  return finish(credential.id, change, {
    clientDataJSON: toBase64url(sent),
    authenticatorData: toBase64url(authData),
    signature: toBase64url(change.assertionSignature?.(usual, context) ?? usual),
    userHandle: ceremony.userHandle,
  });
}

/** Whether the change is made while the authenticator signs, so that the data signed is not what the response has. */
const signsOtherwise = ({ authenticator }: Change): boolean =>
  authenticator?.signature !== undefined || authenticator?.clientDataHash !== undefined;

function encodeClientData(type: string, { challenge, origin }: Ceremony, change: Change) {
  const members: ClientDataMembers = { type, challenge, origin, crossOrigin: false };
  const bytes = utf8(JSON.stringify(change.clientData?.(members) ?? members));
  const signed = change.clientDataBytes?.(bytes) ?? bytes;
  return { signed, sent: change.sentClientData?.(signed) ?? signed };
}

interface Request {
  command: 'authenticatorMakeCredential' | 'authenticatorGetAssertion';
  parameters: CborMap;
}

/** Attestation statements are nested deeper than CTAP allows. */
const maxDepth = 8;

/** Sends a request to a new authenticator with this credential. @throws {Error} if it does not succeed. */
async function send(
  emulator: SuiteEmulator,
  { base, id, secret, attestationKey }: SuiteCredential,
  changes: readonly AuthenticatorChanges[],
  { command, parameters }: Request,
): Promise<CborMap> {
  const { attestation, algorithm, synced } = base;
  const authenticator = emulator.createAuthenticator({
    attestation,
    algorithm,
    synced,
    changes,
    credential: { credentialId: id, algorithm, secret },
    attestationSecret: attestationKey.secret(),
  });
  const answer = await authenticator.process(encodeMessage(commands[command].code, parameters));
  if (answer[0] !== 0) throw new Error(`Cannot make the response: ${command} returned 0x${answer[0]?.toString(16)}`);
  return decode(answer.subarray(1), maxDepth) as CborMap;
}

/** Returns the credential id of authenticator data, or undefined if it has none that can be read. */
function readCredentialId(authData: Uint8Array): Uint8Array | undefined {
  if (!((authData[32] ?? 0) & flag.AT) || authData.length < 55) return undefined;
  const length = (authData[53] ?? 0) * 256 + (authData[54] ?? 0);
  return length > 0 && authData.length >= 55 + length ? authData.subarray(55, 55 + length) : undefined;
}

function finish(id: Uint8Array, { envelope }: Change, response: Record<string, unknown>): unknown {
  const json: CredentialJson = {
    id: toBase64url(id),
    rawId: toBase64url(id),
    type: 'public-key',
    authenticatorAttachment: 'cross-platform',
    response,
    clientExtensionResults: {},
  };
  return envelope ? envelope(json) : json;
}
