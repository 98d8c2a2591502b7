/** The Public Suffix List with its ICANN and private sections. The only file that imports tldts. */
import { getPublicSuffix } from 'tldts';

/** Returns the public suffix of a domain name, e.g. `co.uk` or `github.io`; the last label if no rule matches. */
export const publicSuffix = (domain: string): string =>
  getPublicSuffix(domain, { allowPrivateDomains: true }) ?? domain.slice(domain.lastIndexOf('.') + 1);
