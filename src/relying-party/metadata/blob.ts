/**
 * The BLOB of the FIDO Metadata Service 3.0 section 3.1: a JSON Web Token with one entry for each authenticator model. This file
 * processes it as section 3.2 describes: certificate chain, revocation, signature, number and date of the next update.
 */
import { fromBase64url, utf8 } from '#base/bytes.ts';
import { isObject } from '#base/json.ts';
import { verifyJws } from '../crypto.ts';
import { RefusalError } from '../refusals.ts';
import { type Certificate, parseCertificate } from '../verification/certificate.ts';
import { validatePath } from '../verification/certificate-path.ts';
import { createRefuse, type Refuse, type Rule } from '../verification/rules.ts';
import { type MetadataEntry, parseEntries } from './entries.ts';
import { findRevocationProblem, type RevocationList } from './revocation-list.ts';

export interface MetadataBlob {
  /** Serial number of the BLOB. */
  no: number;
  /** When the next BLOB is due, milliseconds since the epoch. */
  nextUpdate: number;
  /** Certificates of the service, its own first. */
  chain: readonly Certificate[];
  entries: readonly MetadataEntry[];
}

export interface BlobExpectations {
  /** Roots of the metadata service. */
  roots: readonly Certificate[];
  /** Lists of the authorities in the chain; a certificate of another authority is not checked for revocation. */
  revocationLists?: readonly RevocationList[] | undefined;
  /** `no` of the BLOB that was loaded before; default: 0. */
  previousNumber?: number | undefined;
  /** Milliseconds since the epoch. */
  now: number;
  /** Rules that this verifier lacks, to prove conformance cases; none by default. */
  lacks?: ReadonlySet<Rule> | undefined;
}

/** @throws {RefusalError} `attestation-untrusted` with the violated rule. */
export function verifyBlob(text: string, expected: BlobExpectations): MetadataBlob {
  const refuse = createRefuse(expected.lacks);
  const token = readToken(text);
  const chain = readChain(token.header);
  verifyChain(chain, expected, refuse);
  verifySignature(token, chain[0], refuse);
  const { no, nextUpdate } = token.payload;
  verifyNumber(no, expected.previousNumber ?? 0, refuse);
  const due = verifyNextUpdate(nextUpdate, expected.now, refuse);
  return { no: Number(no), nextUpdate: due, chain, entries: parseEntries(token.payload.entries, refuse) };
}

type Json = Record<string, unknown>;

interface Token {
  header: Json;
  payload: Json;
  signed: Uint8Array;
  signature: Uint8Array;
}

const untrusted = (rule: Rule, detail: string, cause?: unknown): never => {
  throw new RefusalError('attestation-untrusted', detail, { rule, cause });
};

/** RFC 7515 section 7.1. */
function readToken(text: string): Token {
  const [header = '', payload = '', signature = '', ...more] = text.split('.');
  if (more.length > 0 || signature === '')
    return untrusted('blob.token', 'Expected a JSON Web Token with header, payload and signature');
  try {
    return {
      header: decodeObject(header),
      payload: decodeObject(payload),
      signed: utf8(`${header}.${payload}`),
      signature: fromBase64url(signature),
    };
  } catch (cause) {
    return untrusted('blob.token', 'Expected JSON objects in base64url in header and payload', cause);
  }
}

function decodeObject(part: string): Json {
  const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(fromBase64url(part)));
  if (!isObject(value)) throw new SyntaxError('Expected a JSON object');
  return value;
}

function readChain({ x5c }: Json): Certificate[] {
  if (!Array.isArray(x5c) || x5c.length === 0)
    return untrusted('blob.certificates', 'Expected a list of certificates in x5c');
  try {
    return x5c.map((text) => parseCertificate(new Uint8Array(Buffer.from(String(text), 'base64'))));
  } catch (cause) {
    return untrusted('blob.certificates', 'A certificate in x5c cannot be read', cause);
  }
}

function verifyChain(chain: readonly Certificate[], expected: BlobExpectations, refuse: Refuse): void {
  const { roots, now, revocationLists = [] } = expected;
  const verdict = validatePath(chain, roots, now);
  if (!verdict.trusted) refuse('blob.chain', 'attestation-untrusted', `${verdict.rule}: ${verdict.why}`);
  const problem = findRevocationProblem([...chain, ...roots], revocationLists, now);
  if (problem) refuse(problem[0], 'attestation-untrusted', problem[1]);
}

function verifySignature({ header, signed, signature }: Token, leaf: Certificate | undefined, refuse: Refuse): void {
  const { alg } = header;
  const isValid = leaf && typeof alg === 'string' ? verifyJws(leaf.publicKey, { alg, signed, signature }) : undefined;
  if (isValid === undefined)
    refuse('blob.algorithm', 'attestation-untrusted', `Expected an algorithm of the certificate in alg, got ${alg}`);
  if (isValid === false) refuse('blob.signature', 'attestation-untrusted', 'The signature of the BLOB does not verify');
}

function verifyNumber(no: unknown, previous: number, refuse: Refuse): void {
  if (!Number.isInteger(no) || (no as number) < 1 || (no as number) < previous)
    refuse('blob.number', 'attestation-untrusted', `Expected a whole number of at least ${previous} in no, got ${no}`);
}

/** Returns the end of the day when the next BLOB is due. */
function verifyNextUpdate(text: unknown, now: number, refuse: Refuse): number {
  const day = typeof text === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : Number.NaN;
  const due = day + 86_400_000 - 1;
  if (Number.isNaN(due))
    refuse('blob.next-update', 'attestation-untrusted', `Expected a date in nextUpdate, got ${text}`);
  if (due < now) refuse('blob.next-update', 'attestation-untrusted', `The BLOB should have been updated on ${text}`);
  return due;
}
