/** The only door to tldts: the Public Suffix List with its ICANN and private sections. */
import { getPublicSuffix } from 'tldts';

/** The public suffix of a domain name (`co.uk`, `github.io`; the last label where no rule matches). */
export const publicSuffix = (domain: string): string =>
  getPublicSuffix(domain, { allowPrivateDomains: true }) ?? domain.slice(domain.lastIndexOf('.') + 1);
