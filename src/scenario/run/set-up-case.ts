/**
 * Sets up one case: provides its site with a user and its authenticators, and starts the WebAuthn client whose security
 * dialog the steps answer.
 */
import type { Page } from 'playwright';
import { AdjustableClock } from '#base/clock.ts';
import type { Random } from '#base/random.ts';
import { RecentAuthentications } from '#client/recent-authentications.ts';
import type { RelatedOrigins } from '#client/related-origins.ts';
import type { PartyEvent } from '#result/transcript.ts';
import type { ExpandedCase } from '../language/expanded-case.ts';
import { engineOfCase } from '../language/schema/browser.ts';
import type { CaseRecorder } from '../parties/case-recorder.ts';
import { Ceremonies } from '../parties/ceremonies.ts';
import type { CaseClient } from '../parties/client/case-client.ts';
import { ConditionalGet } from '../parties/conditional-get.ts';
import type { Authenticators, ProvideAuthenticators } from '../parties/key-under-test.ts';
import type { Operator } from '../parties/operator.ts';
import type { Organisation } from '../parties/organisation.ts';
import { SecurityDialog } from '../parties/security-dialog.ts';
import { SignalLog } from '../parties/signal-log.ts';
import { whenCredentialSent } from '../parties/site/before-leaving.ts';
import { OutcomeWatch } from '../parties/site/outcome-watch.ts';
import { RequestLog } from '../parties/site/request-log.ts';
import { Site } from '../parties/site/site.ts';
import { SiteFlow } from '../parties/site/site-flow.ts';
import type { UserPasskeys } from '../parties/site/user-passkeys.ts';
import { expectsRefusal } from '../steps/acceptance.ts';
import type { CaseContext } from '../steps/step-context.ts';
import { CleanUp, type CleanUpProblem } from './clean-up.ts';
import { recordingOperator } from './recording-operator.ts';
import type { ShowStep } from './run-steps.ts';
import { signInUser } from './sign-in-user.ts';
import { type StartedSite, startSite } from './start-site.ts';
import type { TimeLimits } from './time-limits.ts';

/** What the test engine provides for a case. */
export interface CaseResources {
  page: Page;
  random: Random;
  provide: ProvideAuthenticators;
  /** The WebAuthn client of the page: ours, or that of the browser itself. */
  client: CaseClient;
  /** The passkeys of users who sign in with one. */
  userPasskeys?: UserPasskeys;
  /** Properties of the browser for the report besides its engine: its version, and the route of our client into the page. */
  browserParties?: Record<string, string>;
  show: ShowStep;
  /** Performs manual actions on real keys. */
  operator: Operator;
  /** Extends the time limit of the engine for this case. */
  extend(ms: number): void;
  attach(name: string, contentType: string, body: Buffer): Promise<void>;
}

/** A case that is set up. Disposing it cleans up. */
export interface CaseFixture extends AsyncDisposable {
  context: CaseContext;
  authenticators: Authenticators;
  /** Leaves the site, runs its `after` hook or stops its server, and closes the authenticators. Returns what failed. */
  cleanUp(): Promise<CleanUpProblem[]>;
}

/** What is recorded and limited while a case runs. */
export interface CaseTracking {
  recorder: CaseRecorder;
  limits: TimeLimits;
}

/** @throws {InfrastructureError} if something is not available, after cleaning up what the case had already. */
export async function setUpCase(
  scenario: ExpandedCase,
  resources: CaseResources,
  tracking: CaseTracking,
): Promise<CaseFixture> {
  const cleanUp = new CleanUp();
  try {
    return await startParties(scenario, resources, tracking, cleanUp);
  } catch (error) {
    await cleanUp.run(); // the first failure explains more
    throw error;
  }
}

async function startParties(
  scenario: ExpandedCase,
  resources: CaseResources,
  tracking: CaseTracking,
  cleanUp: CleanUp,
): Promise<CaseFixture> {
  const { recorder } = tracking;
  const clock = new AdjustableClock();
  const authenticators = await provideAuthenticators(scenario, resources, tracking, clock);
  cleanUp.add('authenticator', () => authenticators[Symbol.asyncDispose]());
  const recentAuthentications = new RecentAuthentications(clock);
  const started = await startSite(scenario, {
    ...siteResources(resources, tracking),
    clock,
    trustAnchors: authenticators.trustAnchors,
    onPasswordSignIn: (origin) => recentAuthentications.add(origin),
  });
  cleanUp.add('relying-party', () => started.stop());
  await signInUser(scenario, started, resources);
  const { organisation } = started;
  const site = openSite(scenario, resources.page, started, recorder);
  cleanUp.add('relying-party', () => site.leave());
  const client = await startClient(scenario, resources, {
    authenticators,
    clock,
    recorder,
    site,
    recentAuthentications,
    relatedOrigins: started.relatedOrigins,
  });
  cleanUp.add('client', () => client.session[Symbol.asyncDispose]());
  const { dialog, dialogScreenshot, ceremonies, conditionalGet, signals } = client;
  site.onLeave = () => whenCredentialSent({ site, dialog, ceremonies });
  const { outcomes, flow } = followSite(scenario, site, organisation, ceremonies);
  return {
    authenticators,
    context: {
      clock,
      site,
      flow,
      outcomes,
      organisation,
      dialog,
      dialogScreenshot,
      ceremonies,
      ...(resources.client.hasConditionalMediation && { conditionalGet, signals }),
      key: authenticators.key,
      authenticators: authenticators.all,
      expectsRefusal: expectsRefusal(scenario.expect),
      note: (event, detail) => recorder.note('user', event, detail),
      async screenshot(name) {
        await resources.attach(name, 'image/png', await dialogScreenshot.screenshot());
      },
    },
    cleanUp: () => cleanUp.run(),
    [Symbol.asyncDispose]: async () => void (await cleanUp.run()),
  };
}

const siteResources = ({ random, page, extend }: CaseResources, { recorder, limits }: CaseTracking) => ({
  random,
  recorder,
  browserContext: page.context(),
  extend,
  limits,
});

/** Returns the site for the steps of the user. */
function openSite(
  { site: { definition } }: ExpandedCase,
  page: Page,
  { url, recordsPhases }: StartedSite,
  { timeline }: CaseRecorder,
): Site {
  const { origin } = new URL(url);
  const requests = new RequestLog({ origin, requests: definition.requests, ...(!recordsPhases && { timeline }) });
  return new Site({ page, url, timeline, requests });
}

/** Returns how the flow is done on the site, and how the site shows its outcome. */
function followSite(
  { site: { definition }, expect }: ExpandedCase,
  site: Site,
  organisation: Organisation,
  ceremonies: Ceremonies,
): { outcomes: OutcomeWatch; flow: SiteFlow } {
  const { outcomes } = definition;
  const watch = new OutcomeWatch({ site, outcomes, hasCeremonyEnded: () => ceremonies.last !== undefined });
  const isExpected = expect.some(({ path }) => path === 'relying-party.outcome');
  const flow = new SiteFlow({
    site,
    definition,
    userValues: () => ({ ...organisation.user().values, 'site.url': site.url }),
    onTotpSecret: (secret) => organisation.addTotpSecret(secret),
    ...(isExpected && { afterStep: () => watch.look() }),
  });
  if (isExpected) site.onAction = () => watch.look();
  return { outcomes: watch, flow };
}

function provideAuthenticators(
  scenario: ExpandedCase,
  { provide, operator, random, extend }: CaseResources,
  { recorder, limits }: CaseTracking,
  clock: AdjustableClock,
): Promise<Authenticators> {
  return provide(scenario, {
    clock,
    random,
    elapsedMs: () => recorder.timeline.elapsedMs(),
    operator: recordingOperator(operator, { recorder, limits, extend }),
  });
}

interface ClientEnvironment {
  authenticators: Authenticators;
  clock: AdjustableClock;
  recorder: CaseRecorder;
  site: Site;
  recentAuthentications: RecentAuthentications;
  relatedOrigins: RelatedOrigins | undefined;
}

/** Starts the WebAuthn client of the page, and the dialog that it uses to ask the user. */
async function startClient(
  scenario: ExpandedCase,
  { client, random, attach }: CaseResources,
  { site, ...environment }: ClientEnvironment,
) {
  const { recorder } = environment;
  const dialogScreenshot = client.createDialogScreenshot(scenario, site);
  const { setup, steps, teardown } = scenario;
  const hasReviewStep = [...setup, ...steps, ...teardown].some(({ keyword }) => keyword === 'review');
  const ceremonies: Ceremonies = new Ceremonies({
    onBegin: () => dialog.begin(),
    onCreation: () => site.requests.beginCeremony(),
    onEnd: ({ error, reason, ending }) => {
      recorder.note('client', 'ceremony.ended', { error, ...(reason && { reason }), ...(ending && { ending }) });
      dialog.end(reason ?? (error === 'none' ? 'it succeeded' : error));
    },
  });
  const note = (event: string, detail?: PartyEvent['detail']) => recorder.note('client', event, detail);
  const conditionalGet = new ConditionalGet({ ceremonies, note });
  const dialog = new SecurityDialog({ hasReviewStep, observer: dialogScreenshot, autofill: conditionalGet });
  const signals = new SignalLog();
  const parts = { scenario, ceremonies, conditionalGet, dialog, signals, random, attach };
  const session = await client.start({ ...environment, ...parts });
  return { session, dialog, dialogScreenshot, ceremonies, conditionalGet, signals };
}

/** The run does each case on several sites, maybe also on the reference portal. */
const siteCoordinate = 'relying-party.site';

/** Returns the parties of the case, for grouping in reports. */
export function partiesOf(
  scenario: ExpandedCase,
  { key, all }: Authenticators,
  { client, browserParties }: CaseResources,
): Record<string, string> {
  const platform = all.find(({ kind }) => kind === 'this-device');
  return {
    browser: engineOfCase(scenario.browser),
    ...(scenario.browser.stack === 'built-in' && { stack: 'built-in' }),
    ...browserParties,
    key: key.facts.label,
    ...(platform && { device: platform.facts.label }),
    dialog: client.dialogLabel(scenario),
    ...(scenario.site.url === undefined && { attestation: scenario.relyingParty.attestation ?? 'requested' }),
    ...((scenario.site.url !== undefined || siteCoordinate in scenario.coordinates) && {
      site: scenario.site.definition.name,
    }),
    ...(scenario.authenticator.device && { 'authenticator.device': scenario.authenticator.device }),
    ...scenario.coordinates,
  };
}
