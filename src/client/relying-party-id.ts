/**
 * Who may claim which RP ID: WebAuthn L3 section 5.1.3 steps 6 to 8 (the same in 5.1.4), and HTML's
 * "is a registrable domain suffix of or is equal to".
 */
import { WebAuthnError } from '#protocol/errors.ts';
import { publicSuffix } from './public-suffix.ts';

/**
 * The RP ID of a request from `origin`; without a claim it is the origin's effective domain.
 * @throws {WebAuthnError} NotAllowedError for an opaque origin; SecurityError for an origin that is not secure or has no
 * domain, and for a claim that is no registrable suffix of it.
 */
export function resolveRelyingPartyId(origin: string, claimed: string | undefined): string {
  const domain = effectiveDomain(origin);
  if (claimed === undefined) return domain;
  if (!isRegistrableSuffixOrEqual(claimed, domain))
    throw security(`"${claimed}" is not ${domain} or a registrable suffix of it`);
  return claimed;
}

/** Steps 6 and 7; WebAuthn exists in secure contexts only, so that is checked first. */
function effectiveDomain(origin: string): string {
  const url = parseUrl(origin);
  if (!url || url.origin === 'null')
    throw new WebAuthnError('NotAllowedError', `cannot serve the opaque origin "${origin}"`);
  const host = url.hostname;
  if (!isDomain(host)) throw security(`the origin ${origin} has no domain but an address`);
  if (url.protocol !== 'https:' && !isLocalhost(host)) throw security(`the origin ${origin} is not a secure context`);
  return host;
}

/** HTML, "is a registrable domain suffix of or is equal to"; `domain` is a parsed host. */
function isRegistrableSuffixOrEqual(claimed: string, domain: string): boolean {
  const suffix = parseHost(claimed);
  if (suffix === undefined || !isDomain(suffix)) return false;
  if (suffix === domain) return true;
  if (!domain.endsWith(`.${suffix}`)) return false;
  const isPublic = publicSuffix(suffix) === suffix || publicSuffix(domain).endsWith(`.${suffix}`);
  return !isPublic;
}

/** HTML's host parser; a claim that carries a port, a path or credentials is no host. */
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

/** Everything that the host parser returns and that is neither an IPv4 nor an IPv6 address. */
const isDomain = (host: string): boolean => host !== '' && !host.startsWith('[') && !/^\d+(\.\d+){3}$/.test(host);

const isLocalhost = (host: string): boolean => host === 'localhost' || host.endsWith('.localhost');

const security = (message: string) => new WebAuthnError('SecurityError', `cannot use the RP ID: ${message}`);
