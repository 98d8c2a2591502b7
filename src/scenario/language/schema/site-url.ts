/** The address of a web site under test. A passkey needs a domain and a secure context, WebAuthn L3 sections 4 (RP ID) and 5. */
import { z } from 'zod';

/** Returns true for the names and addresses of this machine, which browsers treat as secure (W3C Secure Contexts section 3.1). */
export function isLoopback(hostname: string): boolean {
  return /^(?:.+\.)?localhost$/.test(hostname) || /^127(?:\.\d+){3}$/.test(hostname) || hostname === '[::1]';
}

/** Returns what is wrong with an address; undefined if a passkey can be registered there. */
export function siteUrlProblem(text: string): string | undefined {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text))
    return 'Expected the address of a site, e.g. https://example.com';
  const { protocol, hostname, username, password, port } = new URL(text);
  if (username || password)
    return 'Expected an address without user name and password: they belong under user in the site file';
  if (/^\d+(?:\.\d+){3}$|^\[/.test(hostname)) {
    const instead = isLoopback(hostname)
      ? `use ${protocol}//localhost${port && `:${port}`}`
      : 'a passkey needs a domain';
    return `Expected a domain, got the IP address ${hostname}: ${instead}`;
  }
  if (protocol === 'http:' && !isLoopback(hostname))
    return 'Expected https: browsers allow passkeys over http on localhost only';
  return undefined;
}

export const siteUrl = z
  .string({ error: 'Expected the address of a site, e.g. https://example.com' })
  .refine((text) => siteUrlProblem(text) === undefined, { error: ({ input }) => siteUrlProblem(String(input)) });
