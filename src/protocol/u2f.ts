/**
 * CTAP1/U2F raw messages as a host sends and reads them: FIDO U2F Raw Message Formats 1.2. Commands are APDUs with extended
 * lengths; responses are untrusted.
 */
import { concat, uint } from '#base/bytes.ts';
import { encodeCommand } from './apdu.ts';
import { ProtocolViolation } from './errors.ts';

/** Instruction bytes, section 3. */
export const u2fInstructions = { U2F_REGISTER: 0x01, U2F_AUTHENTICATE: 0x02, U2F_VERSION: 0x03 } as const;
/** P1 of U2F_AUTHENTICATE, section 5.1. */
export const u2fControl = { checkOnly: 0x07, enforceUserPresence: 0x03, dontEnforceUserPresence: 0x08 } as const;
/** The length of a key handle is one byte. */
export const maxKeyHandleLength = 255;

/** A registration response, section 4.3. */
export interface U2fRegistration {
  /** Coordinates of the public key on P-256, 32 bytes each. */
  x: Uint8Array;
  y: Uint8Array;
  keyHandle: Uint8Array;
  /** X.509 attestation certificate, DER. */
  certificate: Uint8Array;
  signature: Uint8Array;
}

/** An authentication response, section 5.4. */
export interface U2fAuthentication {
  userPresence: number;
  counter: number;
  signature: Uint8Array;
}

/** `challenge` and `application` have 32 bytes each. */
export const encodeU2fRegister = (challenge: Uint8Array, application: Uint8Array): Uint8Array =>
  encodeApdu('U2F_REGISTER', 0, concat(challenge, application));

export interface U2fAuthenticateRequest {
  control: keyof typeof u2fControl;
  /** 32 bytes. */
  challenge: Uint8Array;
  /** 32 bytes. */
  application: Uint8Array;
  keyHandle: Uint8Array;
}

/** @throws {RangeError} for a key handle of more than 255 bytes. */
export function encodeU2fAuthenticate({ control, challenge, application, keyHandle }: U2fAuthenticateRequest) {
  if (keyHandle.length > maxKeyHandleLength)
    throw new RangeError(`Cannot send a key handle of ${keyHandle.length} bytes: at most ${maxKeyHandleLength}`);
  const data = concat(challenge, application, uint(keyHandle.length, 1), keyHandle);
  return encodeApdu('U2F_AUTHENTICATE', u2fControl[control], data);
}

function encodeApdu(instruction: keyof typeof u2fInstructions, p1: number, data: Uint8Array): Uint8Array {
  return encodeCommand({ cla: 0, ins: u2fInstructions[instruction], p1, p2: 0, data, ne: 0x1_0000, extended: true });
}

const publicKeyLength = 65;
const coordinateLength = 32;

/** @throws {ProtocolViolation} with rule `u2f.*` for a malformed response. */
export function parseU2fRegistration(data: Uint8Array): U2fRegistration {
  const keyHandleAt = 1 + publicKeyLength + 1;
  if (data.length < keyHandleAt) fail('length', '4.3', data.length, `expected at least ${keyHandleAt} bytes`);
  if (data[0] !== 0x05) fail('reserved', '4.3', 0, `expected the reserved byte 5, got ${data[0]}`);
  if (data[1] !== 0x04) fail('public-key', '4.3', 1, 'expected an uncompressed point');
  const certificateAt = keyHandleAt + (data[keyHandleAt - 1] ?? 0);
  const signatureAt = certificateAt + derLength(data, certificateAt);
  if (signatureAt >= data.length) fail('length', '4.3', data.length, 'the signature is missing');
  return {
    x: data.slice(2, 2 + coordinateLength),
    y: data.slice(2 + coordinateLength, 1 + publicKeyLength),
    keyHandle: data.slice(keyHandleAt, certificateAt),
    certificate: data.slice(certificateAt, signatureAt),
    signature: data.slice(signatureAt),
  };
}

/** Returns the length of the DER element at `offset`, with its header. A certificate has 2 bytes of length, or fewer. */
function derLength(data: Uint8Array, offset: number): number {
  const [tag, first = 0, second = 0, third = 0] = data.subarray(offset, offset + 4);
  if (tag !== 0x30) fail('certificate', '4.3', offset, 'expected a DER sequence');
  if (first < 0x80) return 2 + first;
  if (first === 0x81) return 3 + second;
  if (first === 0x82) return 4 + second * 256 + third;
  return fail('certificate', '4.3', offset + 1, 'expected a length of at most 65535 bytes');
}

/** @throws {ProtocolViolation} with rule `u2f.*` for a malformed response. */
export function parseU2fAuthentication(data: Uint8Array): U2fAuthentication {
  const [userPresence = 0] = data;
  if (data.length <= 5) fail('length', '5.4', data.length, 'expected more than 5 bytes');
  const counter = new DataView(data.buffer, data.byteOffset, data.length).getUint32(1);
  return { userPresence, counter, signature: data.slice(5) };
}

function fail(rule: string, section: string, offset: number, problem: string): never {
  throw new ProtocolViolation(
    { rule: `u2f.${rule}`, section: `U2F Raw Message Formats section ${section}`, offset },
    `Cannot use the U2F response: ${problem}`,
  );
}
