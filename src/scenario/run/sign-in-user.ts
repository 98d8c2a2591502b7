/** Signs the user of a site in before the case, if the site file requires it. */
import { messageOf, UnavailableError } from '#base/errors.ts';
import type { ExpandedCase } from '../language/expanded-case.ts';
import type { CaseClient } from '../parties/client/case-client.ts';
import type { SiteVisit, UserPasskeys } from '../parties/site/user-passkeys.ts';
import { InfrastructureError } from './failures.ts';
import type { StartedSite } from './start-site.ts';

/** A registration with a second factor and a sign-in. */
const signInMs = 60_000;

interface SignInResources {
  page: SiteVisit['page'];
  client: CaseClient;
  userPasskeys?: UserPasskeys;
  /** Extends the time limit of the engine for this case. */
  extend(ms: number): void;
}

/** @throws {InfrastructureError} if it fails, because the case then has no result about the site. */
export async function signInUser(
  { site: { definition }, location }: ExpandedCase,
  { url, organisation }: Pick<StartedSite, 'url' | 'organisation'>,
  { page, client, userPasskeys, extend }: SignInResources,
): Promise<void> {
  if (definition.user['sign-in-with'] !== 'passkey') return;
  extend(signInMs);
  try {
    const handle = client.handle?.bind(client);
    if (!handle || !userPasskeys)
      throw new UnavailableError('Cannot sign in with the passkey of the user: the browser handles WebAuthn itself');
    await userPasskeys.signIn({ page, url, definition, organisation, handle }, AbortSignal.timeout(signInMs));
  } catch (cause) {
    throw new InfrastructureError(messageOf(cause), location, { cause });
  }
}
