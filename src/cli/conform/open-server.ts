/** Opens a server under test, after its owner has named its host. */
import { messageOf, UnavailableError, UsageError } from '#base/errors.ts';
import { systemRandom } from '#base/random.ts';
import { createServerTarget } from '#conformance/relying-party/server-target.ts';
import type { RelyingPartyTarget } from '#conformance/relying-party/target.ts';
import { requireAuthorization } from './authorization.ts';

/**
 * Returns the target. A host that is not this machine must be named by `--authorized`, because the suite creates accounts and sends
 * invalid requests.
 * @throws {UsageError} for a URL that cannot be used or a host that is not named, {UnavailableError} if the server does not answer.
 */
export async function openServer(text: string, authorized: string | undefined): Promise<RelyingPartyTarget> {
  const { protocol, hostname, href } = parseUrl(text);
  if (protocol !== 'http:' && protocol !== 'https:')
    throw new UsageError(`Cannot test ${text}: expected an address that begins with http:// or https://`);
  requireAuthorization(hostname, authorized);
  console.error(
    `Testing ${href}: the suite creates accounts named conformance-..., and sends invalid responses for them.`,
  );
  return createServerTarget({ url: href, random: systemRandom, fetch: request });
}

function parseUrl(text: string): URL {
  try {
    return new URL(text);
  } catch (cause) {
    throw new UsageError(`Cannot test ${JSON.stringify(text)}: expected a URL`, { cause });
  }
}

/** Redirects are answers, too: they are not followed, so that no other host gets a request. */
async function request(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, redirect: 'manual' });
  } catch (cause) {
    throw new UnavailableError(`Cannot reach ${url}: ${messageOf(cause)}`, { cause });
  }
}
