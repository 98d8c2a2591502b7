/**
 * Related origins, WebAuthn L3 section 5.11: a page may use the RP ID of another site that lists the page's origin in
 * `https://{RP ID}/.well-known/webauthn`.
 */
import { abortable, withTimeout } from '#base/async.ts';
import type { Clock } from '#base/clock.ts';
import { WebAuthnError } from '#protocol/errors.ts';
import { registrableLabel } from './public-suffix.ts';

/** The last response to the request for the webauthn well-known URL, after redirects. */
export interface WellKnownResponse {
  status: number;
  contentType: string | undefined;
  body: Uint8Array;
}

/** Access to the documents of RP IDs. A client that has none does not support related origins. */
export interface RelatedOrigins {
  /**
   * Gets `https://{rpId}/.well-known/webauthn` without credentials and without a referrer. Follows redirects to https URLs.
   * Rejects when there is no response, and when `signal` is aborted.
   */
  fetchWellKnown(rpId: string, signal: AbortSignal): Promise<WellKnownResponse>;
}

interface Validation {
  /** Serialized origin of the page. */
  callerOrigin: string;
  rpId: string;
  relatedOrigins: RelatedOrigins;
  clock: Clock;
  signal?: AbortSignal | undefined;
}

/** The number of registrable origin labels that this client supports: section 5.11 requires at least five. */
const maxLabels = 5;
const fetchTimeoutMs = 10_000;

/**
 * The related origins validation procedure, section 5.11.1. Returns whether the page may use the RP ID.
 * @throws {WebAuthnError} SecurityError when there is no well-formed document; the reason of `signal` when it was aborted.
 */
export async function isRelatedOrigin({ callerOrigin, rpId, ...access }: Validation): Promise<boolean> {
  const origins = parseDocument(await fetchDocument(rpId, access), rpId); // step 2
  const caller = parseTupleOrigin(callerOrigin)?.origin;
  const labelsSeen = new Set<string>(); // step 3
  for (const item of origins) {
    const url = parseTupleOrigin(item);
    const label = url && registrableLabel(url.hostname);
    if (!label || (labelsSeen.size >= maxLabels && !labelsSeen.has(label))) continue;
    if (url.origin === caller) return true;
    labelsSeen.add(label);
  }
  return false; // step 5
}

/** Returns undefined for a malformed URL, and for one whose origin is opaque and therefore has no domain. */
function parseTupleOrigin(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  return url.origin === 'null' ? undefined : url;
}

async function fetchDocument(
  rpId: string,
  { relatedOrigins, clock, signal }: Omit<Validation, 'callerOrigin' | 'rpId'>,
): Promise<WellKnownResponse> {
  const ended = new AbortController();
  const either = AbortSignal.any([ended.signal, ...(signal ? [signal] : [])]);
  const response = relatedOrigins.fetchWellKnown(rpId, either);
  const timeoutError = () => new Error(`No response within ${fetchTimeoutMs} ms`);
  try {
    return await abortable(withTimeout(response, fetchTimeoutMs, clock, timeoutError), either);
  } catch (cause) {
    if (signal?.aborted) throw signal.reason;
    throw unusable(rpId, 'it cannot be fetched', cause);
  } finally {
    ended.abort();
  }
}

/** Steps 2.1 to 2.3: returns the origins of the document. */
function parseDocument({ status, contentType = 'none', body }: WellKnownResponse, rpId: string): string[] {
  if (status !== 200) throw unusable(rpId, `expected status 200, got ${status}`);
  if (contentType.split(';')[0]?.trim().toLowerCase() !== 'application/json')
    throw unusable(rpId, `expected the content type application/json, got ${contentType}`);
  const document = parseJson(new TextDecoder().decode(body), rpId);
  if (typeof document !== 'object' || document === null || Array.isArray(document))
    throw unusable(rpId, 'expected a JSON object');
  const { origins } = document as { origins?: unknown };
  if (!Array.isArray(origins) || !origins.every((item) => typeof item === 'string'))
    throw unusable(rpId, 'expected a list of strings as "origins"');
  return origins;
}

function parseJson(text: string, rpId: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw unusable(rpId, 'expected JSON', cause);
  }
}

const unusable = (rpId: string, problem: string, cause?: unknown) =>
  new WebAuthnError(
    'SecurityError',
    `The page is not at the RP ID ${rpId} or a subdomain of it, and https://${rpId}/.well-known/webauthn does not permit its origin: ${problem}`,
    { cause },
  );
