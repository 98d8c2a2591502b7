/** A U2F host for checks: FIDO U2F Raw Message Formats 1.2. */
import { concat, fromHex, toHex, uint } from '#base/bytes.ts';
import { encodeCommand, parseResponse, type StatusWord, statusWordName } from '#protocol/apdu.ts';
import type { CborMap } from '#protocol/cbor.ts';
import { createCoseKey } from '#protocol/cose.ts';
import { sha256 } from '#protocol/crypto.ts';
import {
  parseU2fAuthentication,
  parseU2fRegistration,
  type U2fAuthentication,
  type U2fRegistration,
  u2fControl,
  u2fInstructions,
} from '#protocol/u2f.ts';
import { check } from './checks.ts';
import { setUp } from './failures.ts';
import type { TestContext } from './test-context.ts';

export interface U2fCommand {
  cla?: number;
  ins: keyof typeof u2fInstructions | number;
  p1?: number;
  data?: Uint8Array;
  /** Short lengths; extended lengths by default. */
  isShort?: boolean;
}

export interface U2fAnswer {
  data: Uint8Array;
  /** The name of the status word, or its hex digits. */
  status: StatusWord | string;
}

export function encodeU2f({ cla = 0, ins, p1 = 0, data = new Uint8Array(0), isShort = false }: U2fCommand): Uint8Array {
  const code = typeof ins === 'number' ? ins : u2fInstructions[ins];
  return encodeCommand({ cla, ins: code, p1, p2: 0, data, ne: isShort ? 0x100 : 0x1_0000, extended: !isShort });
}

/** Sends bytes as a command. @throws {ProtocolViolation} if the answer has no status word. */
export async function sendApdu(context: TestContext, apdu: Uint8Array): Promise<U2fAnswer> {
  const { data, status } = parseResponse(await context.sendU2f(apdu));
  return { data, status: statusWordName(status) };
}

export const sendU2f = (context: TestContext, command: U2fCommand): Promise<U2fAnswer> =>
  sendApdu(context, encodeU2f(command));

/** Checks that a command ended with one of these status words, and, if it failed, without data. */
export function checkStatusWord({ status, data }: U2fAnswer, ...accepted: readonly StatusWord[]): void {
  check((accepted as readonly string[]).includes(status), `Expected ${accepted.join(' or ')}, got ${status}`);
  if (status !== 'SW_NO_ERROR') check(data.length === 0, `Expected no data with ${status}, got ${toHex(data)}`);
}

/** The application parameter of a case. */
export const applicationOf = ({ rpId }: TestContext): Uint8Array => sha256(rpId);

export interface U2fCredential extends U2fRegistration {
  application: Uint8Array;
  challenge: Uint8Array;
}

/** Registers with a touch, and returns what the answer contains. */
export async function registerU2f(context: TestContext, application = applicationOf(context)): Promise<U2fCredential> {
  const challenge = context.random.bytes(32);
  const answer = await sendU2f(context, { ins: 'U2F_REGISTER', data: concat(challenge, application) });
  checkStatusWord(answer, 'SW_NO_ERROR');
  return { ...parseU2fRegistration(answer.data), application, challenge };
}

/** Registers as the preparation of a check. @throws {SetUpFailed} */
export const prepareU2f = (context: TestContext): Promise<U2fCredential> =>
  setUp('register with U2F', () => registerU2f(context));

export interface U2fRequest {
  keyHandle: Uint8Array;
  application: Uint8Array;
  control?: keyof typeof u2fControl | number;
  challenge?: Uint8Array;
}

/** Returns a command of U2F_AUTHENTICATE. */
export function authentication(context: TestContext, request: U2fRequest): U2fCommand {
  const { keyHandle, application, control = 'enforceUserPresence', challenge = context.random.bytes(32) } = request;
  return {
    ins: 'U2F_AUTHENTICATE',
    p1: typeof control === 'number' ? control : u2fControl[control],
    data: concat(challenge, application, uint(keyHandle.length, 1), keyHandle),
  };
}

/** Authenticates with success. */
export async function authenticateU2f(context: TestContext, request: U2fRequest): Promise<U2fAuthentication> {
  const answer = await sendU2f(context, authentication(context, request));
  checkStatusWord(answer, 'SW_NO_ERROR');
  return parseU2fAuthentication(answer.data);
}

/** The bytes that a U2F authentication signs, section 5.4. */
export const signedByAuthentication = (
  { application }: Pick<U2fCredential, 'application'>,
  { userPresence, counter }: U2fAuthentication,
  challenge: Uint8Array,
): Uint8Array => concat(application, uint(userPresence, 1), uint(counter, 4), challenge);

export const publicKeyOf = ({ x, y }: Pick<U2fRegistration, 'x' | 'y'>): CborMap =>
  createCoseKey({ alg: -7, kty: 2, crv: 1, x, y });

/** The SubjectPublicKeyInfo of a P-256 key up to the coordinates of the uncompressed point. */
const p256Header = fromHex('3059301306072a8648ce3d020106082a8648ce3d03010703420004');

/** Returns the key of an attestation certificate, which has to be on P-256 (section 4.3). */
export function keyOfCertificate(certificate: Uint8Array): CborMap {
  const at = Buffer.from(certificate).indexOf(p256Header);
  check(at >= 0, 'Expected a key on P-256 in the attestation certificate');
  const from = at + p256Header.length;
  return publicKeyOf({ x: certificate.slice(from, from + 32), y: certificate.slice(from + 32, from + 64) });
}
