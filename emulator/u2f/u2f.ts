/**
 * CTAP1/U2F on the same state as CTAP2: FIDO U2F Raw Message Formats, and CTAP 2.1 section 7.2.4 for alwaysUv.
 * A key handle is a credential id: what U2F registers, getAssertion finds under the application parameter as rpIdHash, and
 * a credential that is neither discoverable nor bound to user verification answers U2F.
 */

import { concat, uint } from '#base/bytes.ts';
import { type CommandApdu, parseCommand, responseApdu, type StatusWord } from '#protocol/apdu.ts';
import { coseKeyLabels } from '#protocol/cose.ts';
import type { SigningKey } from '#protocol/crypto.ts';
import { CtapError, ProtocolViolation } from '#protocol/errors.ts';
import { nextSignCount } from '../attestation/attest.ts';
import type { AuthenticatorEnv } from '../env.ts';
import type { Session } from '../session.ts';
import { awaitGesture } from '../user-presence.ts';

/** A U2F command ends without success. */
class U2fError extends Error {
  override readonly name = 'U2fError';
  readonly status: StatusWord;
  constructor(status: StatusWord, detail: string, options?: ErrorOptions) {
    super(`${status}: ${detail}`, options);
    this.status = status;
  }
}

type U2fCommand = (data: Uint8Array, p1: number, session: Session, env: AuthenticatorEnv) => Promise<Uint8Array>;

/** U2F_REGISTER, U2F_AUTHENTICATE, U2F_VERSION by their instruction byte. */
const commands: Readonly<Record<number, U2fCommand>> = { 1: register, 2: authenticate, 3: version };

/** Registration request: challenge(32) application(32). */
const registerLength = 64;
/** Authentication request: challenge(32) application(32) key handle length(1) key handle. */
const keyHandleAt = 65;
const control = { checkOnly: 0x07, enforceUserPresence: 0x03, dontEnforceUserPresence: 0x08 } as const;
/** U2F does not wait: the host asks again until somebody touches. */
const patienceMs = 200;

/** Any APDU is answered, errors with their status word. @throws {TransportError} when the power goes meanwhile. */
export async function answerU2f(apdu: Uint8Array, session: Session, env: AuthenticatorEnv): Promise<Uint8Array> {
  try {
    const { cla, ins, p1, data } = parsed(apdu);
    if (cla !== 0) throw new U2fError('SW_CLA_NOT_SUPPORTED', `${cla}`);
    const command = Object.hasOwn(commands, ins) ? commands[ins] : undefined;
    if (!command) throw new U2fError('SW_INS_NOT_SUPPORTED', `${ins}`);
    if (env.state.persistent.alwaysUv) throw new U2fError('SW_COMMAND_NOT_ALLOWED', 'alwaysUv is on');
    return responseApdu('SW_NO_ERROR', await command(data, p1, session, env));
  } catch (error) {
    session.power.throwIfAborted();
    return responseApdu(error instanceof U2fError ? error.status : 'SW_UNKNOWN');
  }
}

/** FIDO U2F Raw Message Formats section 3: `apdu` may have short or extended lengths. */
function parsed(apdu: Uint8Array): CommandApdu {
  try {
    return parseCommand(apdu);
  } catch (cause) {
    if (!(cause instanceof ProtocolViolation)) throw cause;
    throw new U2fError('SW_WRONG_LENGTH', cause.message, { cause });
  }
}

/** Section 4: a new key pair, attested under the certificate of the batch. */
async function register(data: Uint8Array, _p1: number, session: Session, env: AuthenticatorEnv): Promise<Uint8Array> {
  if (data.length !== registerLength) throw new U2fError('SW_WRONG_LENGTH', `${data.length} bytes`);
  const [challenge, application] = [data.slice(0, 32), data.slice(32, 64)];
  await requireTouch(session, env);
  const properties = { algorithm: 'ES256', credProtect: 1, discoverable: false } as const;
  const { credentialId, key } = env.state.persistent.keys.create(properties, application);
  const publicKey = rawPublicKey(key);
  const { key: attestationKey, chain } = env.state.identity.attestation();
  const signed = concat(
    new Uint8Array([0x00]),
    application,
    env.misbehaviour.clientDataHash(challenge),
    credentialId,
    publicKey,
  );
  const signature = env.misbehaviour.signature(attestationKey.sign(signed));
  const head = new Uint8Array([0x05]);
  return concat(head, publicKey, uint(credentialId.length, 1), credentialId, chain[0] as Uint8Array, signature);
}

/** Section 5. With checkOnly a known key handle is told by SW_CONDITIONS_NOT_SATISFIED. */
async function authenticate(
  data: Uint8Array,
  p1: number,
  session: Session,
  env: AuthenticatorEnv,
): Promise<Uint8Array> {
  const keyHandle = data.slice(keyHandleAt);
  if (data.length < keyHandleAt || keyHandle.length !== data[keyHandleAt - 1])
    throw new U2fError('SW_WRONG_LENGTH', `${data.length} bytes`);
  if (!Object.values<number>(control).includes(p1)) throw new U2fError('SW_WRONG_DATA', `control byte ${p1}`);
  const [challenge, application] = [data.slice(0, 32), data.slice(32, 64)];
  const key = keyOf(keyHandle, application, env);
  if (p1 === control.checkOnly) throw new U2fError('SW_CONDITIONS_NOT_SATISFIED', 'the key handle is known');
  const present = p1 === control.enforceUserPresence;
  if (present) await requireTouch(session, env);
  const evidence = concat(uint(present ? 1 : 0, 1), uint(nextSignCount(env), 4));
  const signed = concat(application, evidence, env.misbehaviour.clientDataHash(challenge));
  return concat(evidence, env.misbehaviour.signature(key.sign(signed)));
}

/** Section 6. */
async function version(data: Uint8Array): Promise<Uint8Array> {
  if (data.length > 0) throw new U2fError('SW_WRONG_LENGTH', 'the version request has no data');
  return new TextEncoder().encode('U2F_V2');
}

/** @throws {U2fError} SW_WRONG_DATA for a key handle that is none of ours for this application, or that U2F may not use. */
function keyOf(
  keyHandle: Uint8Array,
  application: Uint8Array,
  { state: { persistent } }: AuthenticatorEnv,
): SigningKey {
  const properties = persistent.keys.open(keyHandle, application);
  const usable = properties?.algorithm === 'ES256' && !properties.discoverable && properties.credProtect < 3;
  if (!properties || !usable) throw new U2fError('SW_WRONG_DATA', 'no key handle of ours');
  return persistent.keys.signingKey(keyHandle, properties.algorithm);
}

async function requireTouch(session: Session, env: AuthenticatorEnv): Promise<void> {
  if (!env.misbehaviour.rules.presenceIsAwaited) return;
  const outcome = await awaitGesture({ kind: 'presence', timeoutMs: patienceMs }, session, env).catch((error) => {
    if (error instanceof CtapError) return 'timeout'; // cancelled: the host no longer wants to know
    throw error;
  });
  if (outcome !== 'granted') throw new U2fError('SW_CONDITIONS_NOT_SATISFIED', 'nobody touched');
}

/** The uncompressed point, 65 bytes. */
const rawPublicKey = ({ publicKey }: SigningKey): Uint8Array =>
  concat(
    new Uint8Array([0x04]),
    publicKey.get(coseKeyLabels.x) as Uint8Array,
    publicKey.get(coseKeyLabels.y) as Uint8Array,
  );
