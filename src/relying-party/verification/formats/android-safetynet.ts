/** Verifies `android-safetynet`, WebAuthn L3 section 8.5: a JSON Web Signature of attest.android.com. */
import { concat, fromBase64url, utf8 } from '#base/bytes.ts';
import type { CborMap, CborValue } from '#protocol/cbor.ts';
import { sha256, verifyWithKey } from '#protocol/crypto.ts';
import { readNameAttributes } from '../certificate.ts';
import { hasOnly, type StatementFormat } from './statement.ts';

/** Accepted age of the service's response, and how far its clock may be ahead of ours. */
const maxAgeMs = 60_000;
const maxSkewMs = 10_000;

export const androidSafetynet: StatementFormat = {
  leafExtensions: [],
  readCertificates: (attStmt) => readJws(attStmt)?.x5c,
  *findProblems({ attStmt, chain, authData, clientDataHash, now }) {
    if (!hasOnly(attStmt, ['ver', 'response']))
      yield ['android-safetynet.members', 'Expected an android-safetynet statement with ver and response only'];
    if (typeof attStmt.get('ver') !== 'string' || attStmt.get('ver') === '')
      yield ['android-safetynet.version', 'Expected text in ver'];
    const jws = readJws(attStmt);
    const [leaf] = chain;
    if (!jws || !leaf)
      return yield ['android-safetynet.response', 'Expected a JSON Web Signature with certificates in response'];
    const { nonce, timestampMs, ctsProfileMatch } = jws.payload;
    const expectedNonce = Buffer.from(sha256(concat(authData, clientDataHash))).toString('base64');
    if (nonce !== expectedNonce)
      yield ['android-safetynet.nonce', 'The nonce differs from the hash of authData and clientDataHash'];
    if (ctsProfileMatch !== true) yield ['android-safetynet.cts-profile', 'ctsProfileMatch is not true'];
    if (typeof timestampMs !== 'number' || timestampMs > now + maxSkewMs || timestampMs < now - maxAgeMs)
      yield ['android-safetynet.timestamp', 'timestampMs is not within the time of this ceremony'];
    if (readNameAttributes(leaf.subject).get('2.5.4.3') !== 'attest.android.com')
      yield ['android-safetynet.host', 'The certificate is not that of attest.android.com'];
    if (jws.alg !== 'RS256' || !verifyWithKey(leaf.publicKey, 'RS256', jws.signed, jws.signature))
      yield ['android-safetynet.signature', 'The signature does not verify with RS256'];
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
    const { alg, x5c } = decodeJsonObject(header);
    if (more.length > 0 || !Array.isArray(x5c)) return undefined;
    return {
      alg,
      x5c: x5c.map((der) => new Uint8Array(Buffer.from(String(der), 'base64'))),
      payload: decodeJsonObject(payload),
      signed: utf8(`${header}.${payload}`),
      signature: fromBase64url(signature),
    };
  } catch {
    return undefined; // not base64url, or not JSON
  }
}

function decodeJsonObject(part: string): Record<string, unknown> {
  const value: unknown = JSON.parse(Buffer.from(fromBase64url(part)).toString('utf8'));
  if (typeof value !== 'object' || value === null) throw new SyntaxError('Expected a JSON object');
  return value as Record<string, unknown>;
}
