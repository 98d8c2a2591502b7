/**
 * Which RP ID an origin may use: WebAuthn L3 section 5.1.3 steps 6 to 8 (the same in 5.1.4), and HTML's
 * "is a registrable domain suffix of or is equal to".
 */
import { WebAuthnError } from '#protocol/errors.ts';
import { publicSuffix } from './public-suffix.ts';

/**
 * Returns the RP ID of a request from `origin`: `requested`, or by default the origin's effective domain.
 * @throws {WebAuthnError} NotAllowedError for an opaque origin; SecurityError for an origin that is not secure or has no
 * domain, and for a requested RP ID that is not a registrable suffix of it.
 */
export function resolveRelyingPartyId(origin: string, requested: string | undefined): string {
  const domain = effectiveDomain(origin);
  if (requested === undefined) return domain;
  if (!isRegistrableSuffixOrEqual(requested, domain))
    throw securityError(`expected ${domain} or a registrable suffix of it, got "${requested}"`);
  return requested;
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
  const suffix = parseHost(requested);
  if (suffix === undefined || !isDomain(suffix)) return false;
  if (suffix === domain) return true;
  if (!domain.endsWith(`.${suffix}`)) return false;
  const isPublic = publicSuffix(suffix) === suffix || publicSuffix(domain).endsWith(`.${suffix}`);
  return !isPublic;
}

/** HTML's host parser. Returns undefined for text with a port, a path or credentials. */
function parseHost(text: string): string | undefined {
  if (text === '' || /[\s#/:<>?@\\^|%]/.test(text)) return undefined;
  return parseUrl(`https://${text}`)?.hostname;
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
