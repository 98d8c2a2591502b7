/**
 * Which RP ID an origin may use: WebAuthn L3 section 5.1.3 steps 6 to 8 (the same in 5.1.4), and HTML's
 * "is a registrable domain suffix of or is equal to". An RP ID of another site is allowed if it lists the origin
 * (`related-origins.ts`).
 */
import { WebAuthnError } from '#protocol/errors.ts';
import type { ClientContext } from './context.ts';
import { publicSuffix } from './public-suffix.ts';
import { isRelatedOrigin } from './related-origins.ts';

type Caller = Pick<ClientContext, 'origin' | 'relatedOrigins' | 'clock' | 'signal'>;

/**
 * Returns the RP ID of a request from the page: `requested`, or by default the effective domain of its origin.
 * @throws {WebAuthnError} NotAllowedError for an opaque origin; SecurityError for an origin that is not secure or has no
 * domain, and for a requested RP ID that is neither a registrable suffix of it nor lists the origin.
 */
export async function resolveRelyingPartyId(
  { origin, relatedOrigins, clock, signal }: Caller,
  requested: string | undefined,
): Promise<string> {
  const domain = effectiveDomain(origin);
  if (requested === undefined || isRegistrableSuffixOrEqual(requested, domain)) return requested ?? domain;
  const rpId = parseDomain(requested);
  const isRelated =
    relatedOrigins && rpId && (await isRelatedOrigin({ callerOrigin: origin, rpId, relatedOrigins, clock, signal }));
  if (isRelated) return requested;
  throw securityError(`expected ${domain} or a registrable suffix of it, got "${requested}"`);
}

/** Steps 6 and 7, and the secure context that WebAuthn requires. */
function effectiveDomain(origin: string): string {
  const url = parseUrl(origin);
  if (!url || url.origin === 'null')
    throw new WebAuthnError('NotAllowedError', `Cannot use WebAuthn in the opaque origin "${origin}"`);
  const host = url.hostname;
  if (!isDomain(host)) throw securityError(`expected an origin with a domain name, got ${origin}`);
  if (url.protocol !== 'https:' && !isLocalhost(host))
    throw securityError(`the origin ${origin} is not a secure context`);
  return host;
}

/** HTML, "is a registrable domain suffix of or is equal to"; `domain` is a parsed host. */
function isRegistrableSuffixOrEqual(requested: string, domain: string): boolean {
  const suffix = parseDomain(requested);
  if (suffix === undefined) return false;
  if (suffix === domain) return true;
  if (!domain.endsWith(`.${suffix}`)) return false;
  const isPublic = publicSuffix(suffix) === suffix || publicSuffix(domain).endsWith(`.${suffix}`);
  return !isPublic;
}

/** HTML's host parser. Returns undefined for an IP address, and for text with a port, a path or credentials. */
function parseDomain(text: string): string | undefined {
  if (text === '' || /[\s#/:<>?@\\^|%]/.test(text)) return undefined;
  const host = parseUrl(`https://${text}`)?.hostname;
  return host !== undefined && isDomain(host) ? host : undefined;
}

function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

/** Returns whether a host from the host parser is a domain name, not an IPv4 or IPv6 address. */
const isDomain = (host: string): boolean => host !== '' && !host.startsWith('[') && !/^\d+(\.\d+){3}$/.test(host);

const isLocalhost = (host: string): boolean => host === 'localhost' || host.endsWith('.localhost');

const securityError = (message: string) => new WebAuthnError('SecurityError', `Cannot use the RP ID: ${message}`);
