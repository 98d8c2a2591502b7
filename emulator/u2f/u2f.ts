/**
 * CTAP1/U2F on the same state as CTAP2: FIDO U2F Raw Message Formats, and CTAP 2.1 section 7.2.4 for alwaysUv.
 * A key handle is a credential id. getAssertion can use a U2F registration, with the application parameter as rpIdHash; U2F can
 * use a credential that is not discoverable and does not need user verification.
 */
import { concat, uint } from '#base/bytes.ts';
import { type CommandApdu, encodeStatusResponse, parseCommand, type StatusWord } from '#protocol/apdu.ts';
import { coseKeyLabels } from '#protocol/cose.ts';
import { type SigningKey, sha256 } from '#protocol/crypto.ts';
import { CtapError, ProtocolViolation } from '#protocol/errors.ts';
import { incrementSignCount } from '../attestation/attest.ts';
import type { AuthenticatorEnv } from '../env.ts';
import type { Session } from '../session.ts';
import type { U2fRules } from '../transport-rules.ts';
import { awaitGesture } from '../user-presence.ts';

/** A U2F command that fails, with its status word. */
class U2fError extends Error {
  override readonly name = 'U2fError';
  readonly status: StatusWord;
  constructor(status: StatusWord, detail: string, options?: ErrorOptions) {
    super(`${status}: ${detail}`, options);
    this.status = status;
  }
}

type U2fCommand = (data: Uint8Array, p1: number, session: Session, env: AuthenticatorEnv) => Promise<Uint8Array>;

/** U2F_REGISTER, U2F_AUTHENTICATE and U2F_VERSION by instruction byte. */
const commands: Readonly<Record<number, U2fCommand>> = { 1: register, 2: authenticate, 3: version };

/** CLA INS P1 P2. */
const headerLength = 4;
/** Registration request: challenge(32) application(32). */
const registerLength = 64;
/** Authentication request: challenge(32) application(32) key handle length(1) key handle. */
const keyHandleAt = 65;
const control = { checkOnly: 0x07, enforceUserPresence: 0x03, dontEnforceUserPresence: 0x08 } as const;
/** U2F does not wait for the user: the host repeats the command until the user touches the device. */
const touchTimeoutMs = 200;

/** Answers any APDU, errors with a status word. @throws {TransportError} if the power is lost during the command. */
export async function answerU2f(apdu: Uint8Array, session: Session, env: AuthenticatorEnv): Promise<Uint8Array> {
  try {
    const { faultHooks } = env;
    const command = findCommand(apdu, faultHooks.u2f);
    const { ins, p1, data } = parseApdu(apdu, faultHooks.u2f);
    if (env.state.persistent.alwaysUv && faultHooks.u2f.refuseWithAlwaysUv)
      throw new U2fError('SW_COMMAND_NOT_ALLOWED', 'alwaysUv is on');
    const response = await command(data, p1, session, env);
    return encodeStatusResponse('SW_NO_ERROR', faultHooks.u2fResponse(response, ins));
  } catch (error) {
    session.power.throwIfAborted();
    return encodeStatusResponse(env.faultHooks.u2fStatus(error instanceof U2fError ? error.status : 'SW_UNKNOWN'));
  }
}

/** Section 3.3: class and instruction are checked before the lengths, so that an unknown command in any encoding gets its own status. */
function findCommand(apdu: Uint8Array, rules: U2fRules): U2fCommand {
  if (apdu.length < headerLength) throw new U2fError('SW_WRONG_LENGTH', `${apdu.length} bytes`);
  const [cla, ins] = apdu as unknown as [number, number];
  if (cla !== 0 && rules.refuseUnknownClasses) throw new U2fError('SW_CLA_NOT_SUPPORTED', `${cla}`);
  const command = Object.hasOwn(commands, ins) ? commands[ins] : undefined;
  if (!command && !rules.refuseUnknownInstructions) return version;
  if (!command) throw new U2fError('SW_INS_NOT_SUPPORTED', `${ins}`);
  return command;
}

/** FIDO U2F Raw Message Formats section 3. `apdu` has short or extended lengths. */
function parseApdu(apdu: Uint8Array, rules: U2fRules): CommandApdu {
  try {
    const command = parseCommand(apdu);
    if (!command.extended && command.data.length > 0 && !rules.acceptShortLengths)
      throw new U2fError('SW_WRONG_LENGTH', 'the lengths are in the short form');
    return command;
  } catch (cause) {
    if (!(cause instanceof ProtocolViolation)) throw cause;
    throw new U2fError('SW_WRONG_LENGTH', cause.message, { cause });
  }
}

/** Section 4: creates a key pair and attests it with the attestation certificate. */
async function register(data: Uint8Array, _p1: number, session: Session, env: AuthenticatorEnv): Promise<Uint8Array> {
  const { enforceLengths, requireTouchToRegister } = env.faultHooks.u2f;
  if (data.length !== registerLength && enforceLengths) throw new U2fError('SW_WRONG_LENGTH', `${data.length} bytes`);
  const [challenge, application] = [data.slice(0, 32), data.slice(32, 64)];
  if (requireTouchToRegister) await requireTouch(session, env);
  const properties = { algorithm: 'ES256', credProtect: 1, discoverable: false } as const;
  const { credentialId, key } = env.state.persistent.keys.create(properties, rpIdHashOf(application, env));
  const publicKey = rawPublicKey(key);
  const { key: attestationKey, chain } = env.state.identity.attestation();
  const signed = concat(
    new Uint8Array([0x00]),
    application,
    env.faultHooks.clientDataHash(challenge),
    credentialId,
    publicKey,
  );
  const signature = env.faultHooks.signature(attestationKey.sign(signed));
  const head = new Uint8Array([0x05]);
  return concat(head, publicKey, uint(credentialId.length, 1), credentialId, chain[0] as Uint8Array, signature);
}

/** Section 5. With checkOnly, SW_CONDITIONS_NOT_SATISFIED reports that the key handle is known. */
async function authenticate(
  data: Uint8Array,
  p1: number,
  session: Session,
  env: AuthenticatorEnv,
): Promise<Uint8Array> {
  const rules = env.faultHooks.u2f;
  const keyHandle = data.slice(keyHandleAt);
  if ((data.length < keyHandleAt || keyHandle.length !== data[keyHandleAt - 1]) && rules.enforceLengths)
    throw new U2fError('SW_WRONG_LENGTH', `${data.length} bytes`);
  if (!Object.values<number>(control).includes(p1) && rules.enforceControlByte)
    throw new U2fError('SW_WRONG_DATA', `control byte ${p1}`);
  const [challenge, application] = [data.slice(0, 32), data.slice(32, 64)];
  const key = signingKeyOf(keyHandle, application, env);
  if (p1 === control.checkOnly && rules.checkOnlyNeverSigns)
    throw new U2fError(rules.reportKnownKeyHandle ? 'SW_CONDITIONS_NOT_SATISFIED' : 'SW_WRONG_DATA', 'check only');
  const isTouchRequired = p1 === control.enforceUserPresence;
  if (isTouchRequired && rules.requireTouchToAuthenticate) await requireTouch(session, env);
  const isPresent = isTouchRequired ? rules.reportPresence : !rules.neverClaimPresence;
  const evidence = concat(uint(isPresent ? 1 : 0, 1), uint(incrementSignCount(env), 4));
  const signed = concat(application, evidence, env.faultHooks.clientDataHash(challenge));
  return concat(evidence, env.faultHooks.signature(key.sign(signed)));
}

/** Section 6. */
async function version(data: Uint8Array, _p1: number, _session: Session, env: AuthenticatorEnv): Promise<Uint8Array> {
  if (data.length > 0 && env.faultHooks.u2f.enforceLengths)
    throw new U2fError('SW_WRONG_LENGTH', 'the version request has no data');
  return new TextEncoder().encode('U2F_V2');
}

/**
 * Returns the key of a key handle.
 * @throws {U2fError} SW_WRONG_DATA if this authenticator did not create it for this application, or U2F may not use it.
 */
function signingKeyOf(keyHandle: Uint8Array, application: Uint8Array, env: AuthenticatorEnv): SigningKey {
  const { keys } = env.state.persistent;
  const properties = keys.readProperties(keyHandle, rpIdHashOf(application, env));
  const isUsable = properties?.algorithm === 'ES256' && !properties.discoverable && properties.credProtect < 3;
  if (properties && isUsable) return keys.signingKey(keyHandle, properties.algorithm);
  if (!env.faultHooks.u2f.refuseUnknownKeyHandles) return keys.signingKey(keyHandle, 'ES256');
  throw new U2fError('SW_WRONG_DATA', 'the key handle is unknown');
}

/** The application parameter, so that getAssertion can use the credential. */
const rpIdHashOf = (application: Uint8Array, env: AuthenticatorEnv): Uint8Array =>
  env.faultHooks.u2f.shareCredentialsWithCtap2 ? application : sha256(application);

async function requireTouch(session: Session, env: AuthenticatorEnv): Promise<void> {
  if (!env.faultHooks.rules.enforceUserPresence) return;
  const outcome = await awaitGesture({ kind: 'presence', timeoutMs: touchTimeoutMs }, session, env).catch((error) => {
    if (error instanceof CtapError) return 'timeout'; // the host cancelled
    throw error;
  });
  if (outcome !== 'granted') throw new U2fError('SW_CONDITIONS_NOT_SATISFIED', 'the user did not touch the device');
}

/** Returns the uncompressed point, 65 bytes. */
const rawPublicKey = ({ publicKey }: SigningKey): Uint8Array =>
  concat(
    new Uint8Array([0x04]),
    publicKey.get(coseKeyLabels.x) as Uint8Array,
    publicKey.get(coseKeyLabels.y) as Uint8Array,
  );
