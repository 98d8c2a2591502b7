/** The Public Suffix List with its ICANN and private sections. The only file that imports tldts. */
import { getDomain, getDomainWithoutSuffix, getPublicSuffix } from 'tldts';

/** Returns the public suffix of a domain name, e.g. `co.uk` or `github.io`; the last label if no rule matches. */
export const publicSuffix = (domain: string): string =>
  getPublicSuffix(domain, { allowPrivateDomains: true }) ?? domain.slice(domain.lastIndexOf('.') + 1);

/**
 * Returns the registrable origin label, WebAuthn L3 section 5.11: the first label of the registrable domain, e.g. `example` for
 * `www.example.co.uk`; undefined for a host without a registrable domain, such as an IP address or a public suffix.
 */
export const registrableLabel = (host: string): string | undefined =>
  getDomainWithoutSuffix(host, { allowPrivateDomains: true }) || undefined;

/** Returns the registrable domain, e.g. `example.co.uk`; undefined for a host that has none. */
export const registrableDomain = (host: string): string | undefined =>
  getDomain(host, { allowPrivateDomains: true }) ?? undefined;
