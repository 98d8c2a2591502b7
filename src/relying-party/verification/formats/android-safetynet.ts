/** Verifies `android-safetynet`, WebAuthn L3 section 8.5: a JSON Web Signature by attest.android.com. */
import { concat, fromBase64url, utf8 } from '#base/bytes.ts';
import type { CborMap, CborValue } from '#protocol/cbor.ts';
import { sha256, verifyUnder } from '#protocol/crypto.ts';
import { nameAttributes } from '../certificate.ts';
import { hasOnly, type StatementFormat } from './statement.ts';

/** The service's answer belongs to the ceremony when it is this old at most, or this far ahead of our clock. */
const freshForMs = 60_000;
const skewMs = 10_000;

export const androidSafetynet: StatementFormat = {
  certificates: (attStmt) => readJws(attStmt)?.x5c,
  problem({ attStmt, chain, authData, clientDataHash, now }) {
    if (!hasOnly(attStmt, ['ver', 'response'])) return 'an android-safetynet statement has ver and response only';
    if (typeof attStmt.get('ver') !== 'string' || attStmt.get('ver') === '') return 'ver must be text';
    const jws = readJws(attStmt);
    const [leaf] = chain;
    if (!jws || !leaf) return 'response is no JSON Web Signature with certificates';
    const { nonce, timestampMs, ctsProfileMatch } = jws.payload;
    const wanted = Buffer.from(sha256(concat(authData, clientDataHash))).toString('base64');
    if (nonce !== wanted) return 'the nonce differs';
    if (ctsProfileMatch !== true) return 'the device does not match a tested profile';
    if (typeof timestampMs !== 'number' || timestampMs > now + skewMs || timestampMs < now - freshForMs)
      return 'the answer of the service is not of this ceremony';
    if (nameAttributes(leaf.subject).get('2.5.4.3') !== 'attest.android.com')
      return 'the certificate is not that of attest.android.com';
    if (jws.alg !== 'RS256' || !verifyUnder(leaf.publicKey, 'RS256', jws.signed, jws.signature))
      return 'the signature does not verify with RS256';
    return undefined;
  },
};

interface Jws {
  alg: unknown;
  x5c: CborValue;
  payload: Record<string, unknown>;
  signed: Uint8Array;
  signature: Uint8Array;
}

function readJws(attStmt: CborMap): Jws | undefined {
  const response = attStmt.get('response');
  if (!(response instanceof Uint8Array)) return undefined;
  const [header = '', payload = '', signature = '', ...more] = Buffer.from(response).toString('utf8').split('.');
  try {
    const { alg, x5c } = object(header);
    if (more.length > 0 || !Array.isArray(x5c)) return undefined;
    return {
      alg,
      x5c: x5c.map((der) => new Uint8Array(Buffer.from(String(der), 'base64'))),
      payload: object(payload),
      signed: utf8(`${header}.${payload}`),
      signature: fromBase64url(signature),
    };
  } catch {
    return undefined; // not base64url, or not JSON
  }
}

function object(part: string): Record<string, unknown> {
  const value: unknown = JSON.parse(Buffer.from(fromBase64url(part)).toString('utf8'));
  if (typeof value !== 'object' || value === null) throw new SyntaxError('not an object');
  return value as Record<string, unknown>;
}
