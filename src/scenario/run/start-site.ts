/** Provides the web site of a case: starts the reference portal, or gets a user of the site under test. */
import { dirname } from 'node:path';
import type { BrowserContext } from 'playwright';
import type { AdjustableClock } from '#base/clock.ts';
import { messageOf } from '#base/errors.ts';
import type { Random } from '#base/random.ts';
import type { RelatedOrigins, WellKnownResponse } from '#client/related-origins.ts';
import { quickScrypt } from '#relying-party/methods/secret-hash.ts';
import { type Portal, startPortal } from '#relying-party/portal/portal.ts';
import { openStore } from '#relying-party/store/libsql-store.ts';
import type { ExpandedCase } from '../language/expanded-case.ts';
import { toPolicyInput } from '../language/policy-mapping.ts';
import type { CaseRecorder } from '../parties/case-recorder.ts';
import type { Organisation } from '../parties/organisation.ts';
import { PortalOrganisation } from '../parties/portal-organisation.ts';
import { RelyingPartyLog } from '../parties/relying-party-log.ts';
import { hookTimeoutMs } from '../parties/site/site-hook.ts';
import { SiteUsers } from '../parties/site/site-users.ts';
import { signInWithStorageState } from '../parties/site/storage-state.ts';
import { InfrastructureError } from './failures.ts';
import type { TimeLimits } from './time-limits.ts';

export interface SiteOptions {
  clock: AdjustableClock;
  random: Random;
  recorder: CaseRecorder;
  /** Root certificates of the attestation of the authenticators, DER. */
  trustAnchors: Uint8Array[];
  /** Context of the page that will open the site. */
  browserContext: BrowserContext;
  /** The user has signed in with the password at this origin. */
  onPasswordSignIn(origin: string): void;
  /** Extends the time limit of the engine for this case. */
  extend(ms: number): void;
  limits: TimeLimits;
}

export interface StartedSite {
  url: string;
  organisation: Organisation;
  /** The site records the phases of a ceremony itself. */
  recordsPhases: boolean;
  /** The documents of related origins that the site serves; absent if it has none. */
  relatedOrigins?: RelatedOrigins;
  stop(): Promise<void>;
}

/** @throws {InfrastructureError} if a hook of the site file fails, because the case then has no result about the site. */
export async function startSite(scenario: ExpandedCase, options: SiteOptions): Promise<StartedSite> {
  const { url } = scenario.site;
  if (url === undefined) return startReferencePortal(scenario, options);
  const asInfrastructure = (cause: unknown): never => {
    throw new InfrastructureError(messageOf(cause), scenario.location, { cause });
  };
  const site = await useSite(scenario, url, options).catch(asInfrastructure);
  return { ...site, stop: () => site.stop().catch(asInfrastructure) };
}

const defaultUsers = [{ methods: ['totp' as const] }];

/** Starts the reference portal with the policy and the users of the case. */
async function startReferencePortal(scenario: ExpandedCase, options: SiteOptions): Promise<StartedSite> {
  const { clock, random, recorder, trustAnchors } = options;
  const store = openStore();
  const log = new RelyingPartyLog();
  const related = scenario.relyingParty['related-origin'];
  const portal: Portal = await startPortal({
    hasPartnerSite: scenario.relyingParty['partner-site'],
    ...(related && {
      rpId: related['rp-id'],
      siteHost: 'contoso.localhost', // browsers resolve every host in .localhost themselves
      listsRelatedOrigin: related.listed ?? true,
    }),
    store,
    policy: toPolicyInput(scenario.relyingParty),
    clock,
    random,
    timeline: recorder.timeline,
    trustAnchors,
    passwordCost: quickScrypt,
    events: (event) => {
      recorder.events.push(event);
      log.add(event);
      if (event.event === 'signin.ok' && event.detail?.with === 'password') options.onPasswordSignIn(portal.origin);
    },
  });
  const { directory, relyingParty, origin } = portal;
  const users = scenario.relyingParty.users ?? defaultUsers;
  const parts = { directory, relyingParty, store, clock, random, log };
  return {
    url: origin,
    organisation: await PortalOrganisation.create(parts, users),
    recordsPhases: true,
    ...(related && { relatedOrigins: { fetchWellKnown: () => fetchWellKnownFrom(portal) } }),
    async stop() {
      await portal[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
    },
  };
}

/** Gets the document from the portal, which serves no HTTPS. */
async function fetchWellKnownFrom(portal: Portal): Promise<WellKnownResponse> {
  const response = await portal.request('/.well-known/webauthn');
  const contentType = response.headers.get('content-type') ?? undefined;
  return { status: response.status, contentType, body: new Uint8Array(await response.arrayBuffer()) };
}

/** Gets a user of a site that runs already. @throws {UnavailableError} if there is none. */
async function useSite(
  { site: { definition, path } }: ExpandedCase,
  url: string,
  options: SiteOptions,
): Promise<StartedSite> {
  const { browserContext, extend } = options;
  const hooks = [definition.before, definition.after].filter((hook) => hook !== undefined);
  extend(hooks.length * hookTimeoutMs);
  const organisation = await SiteUsers.create({ url, file: path, definition, waitForCode: codeWait(options) });
  const stop = () => organisation[Symbol.asyncDispose]();
  try {
    const { storageState } = organisation;
    if (storageState !== undefined) await signInWithStorageState(browserContext, storageState, dirname(path));
  } catch (error) {
    await stop().catch(() => undefined); // the user exists already; the first failure explains more
    throw error;
  }
  return { url, organisation, recordsPhases: false, stop };
}

/** Returns how a user waits for the next code of the authenticator app: time limits are paused, and it is not time of the machine. */
export function codeWait({ recorder, extend, limits }: Pick<SiteOptions, 'recorder' | 'extend' | 'limits'>) {
  return async (ms: number, work: () => Promise<void>): Promise<void> => {
    recorder.note('user', 'totp.wait', { ms });
    extend(ms);
    await recorder.timeline.measure('user-code', () => limits.pauseWhile(work));
  };
}
