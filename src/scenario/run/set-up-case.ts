/**
 * Sets up one case: starts a relying party with its users, provides the authenticators, and starts the WebAuthn client whose security
 * dialog the steps answer.
 */
import type { Page } from 'playwright';
import { AdjustableClock } from '#base/clock.ts';
import type { Random } from '#base/random.ts';
import { quickScrypt } from '#relying-party/methods/secret-hash.ts';
import { startPortal } from '#relying-party/portal/portal.ts';
import { openStore } from '#relying-party/store/libsql-store.ts';
import type { ExpandedCase } from '../language/expanded-case.ts';
import { toPolicyInput } from '../language/policy-mapping.ts';
import type { CaseRecorder } from '../parties/case-recorder.ts';
import { Ceremonies } from '../parties/ceremonies.ts';
import type { CaseClient } from '../parties/client/case-client.ts';
import type { Authenticators, ProvideAuthenticators } from '../parties/key-under-test.ts';
import type { Operator } from '../parties/operator.ts';
import { PortalOrganisation } from '../parties/portal-organisation.ts';
import { SecurityDialog } from '../parties/security-dialog.ts';
import { RequestLog } from '../parties/site/request-log.ts';
import { Site } from '../parties/site/site.ts';
import { SiteFlow } from '../parties/site/site-flow.ts';
import type { StepContext } from '../steps/step-context.ts';
import { recordingOperator } from './recording-operator.ts';
import type { ShowStep } from './run-steps.ts';
import type { TimeLimits } from './time-limits.ts';

/** What the test engine provides for a case. */
export interface CaseResources {
  page: Page;
  random: Random;
  provide: ProvideAuthenticators;
  /** The WebAuthn client of the page: ours, or that of the browser itself. */
  client: CaseClient;
  show: ShowStep;
  /** Performs manual actions on real keys. */
  operator: Operator;
  /** Extends the time limit of the engine for this case. */
  extend(ms: number): void;
  attach(name: string, contentType: string, body: Buffer): Promise<void>;
}

/** A case that is set up. Disposing it leaves the site, stops its server and closes the authenticators. */
export interface CaseFixture extends AsyncDisposable {
  context: StepContext;
  authenticators: Authenticators;
  /** Work of steps that continues during the following steps. */
  backgroundWork: Promise<void>[];
}

/** What is recorded and limited while a case runs. */
export interface CaseTracking {
  recorder: CaseRecorder;
  limits: TimeLimits;
}

const defaultUsers = [{ methods: ['totp' as const] }];

export async function setUpCase(
  scenario: ExpandedCase,
  resources: CaseResources,
  tracking: CaseTracking,
): Promise<CaseFixture> {
  const { recorder } = tracking;
  const clock = new AdjustableClock();
  const authenticators = await provideAuthenticators(scenario, resources, tracking, clock);
  const { organisation, origin, stop } = await startRelyingParty(scenario, {
    clock,
    random: resources.random,
    recorder,
    trustAnchors: authenticators.trustAnchors,
  });
  const { definition } = scenario.site;
  const requests = new RequestLog({ origin, requests: definition.requests });
  const site = new Site({ page: resources.page, url: origin, timeline: recorder.timeline, requests });
  const flow = new SiteFlow({
    site,
    definition,
    userValues: () => organisation.user().values,
    onTotpSecret: (secret) => organisation.addTotpSecret(secret),
  });
  const client = await startClient(scenario, resources, { authenticators, clock, recorder, site });
  const { dialog, dialogScreenshot, ceremonies } = client;
  const backgroundWork: Promise<void>[] = [];
  return {
    authenticators,
    backgroundWork,
    context: {
      clock,
      site,
      flow,
      organisation,
      dialog,
      dialogScreenshot,
      ceremonies,
      key: authenticators.key,
      authenticators: authenticators.all,
      note: (event, detail) => recorder.note('user', event, detail),
      async screenshot(name) {
        await resources.attach(name, 'image/png', await dialogScreenshot.screenshot());
      },
      runInBackground(work) {
        work.catch(() => undefined); // reported when the work is awaited, unless a step fails before
        backgroundWork.push(work);
      },
    },
    async [Symbol.asyncDispose]() {
      await client.session[Symbol.asyncDispose]();
      await site.leave();
      await stop();
      await authenticators[Symbol.asyncDispose]();
    },
  };
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

interface RelyingPartyOptions {
  clock: AdjustableClock;
  random: Random;
  recorder: CaseRecorder;
  trustAnchors: Uint8Array[];
}

/** Starts the reference portal with the policy and the users of the case. */
async function startRelyingParty(scenario: ExpandedCase, options: RelyingPartyOptions) {
  const { clock, random, recorder, trustAnchors } = options;
  const store = openStore();
  const portal = await startPortal({
    store,
    policy: toPolicyInput(scenario.relyingParty),
    clock,
    random,
    timeline: recorder.timeline,
    trustAnchors,
    passwordCost: quickScrypt,
    events: (event) => recorder.events.push(event),
  });
  const { directory, relyingParty, origin } = portal;
  const users = scenario.relyingParty.users ?? defaultUsers;
  const organisation = await PortalOrganisation.create({ directory, relyingParty, store, clock, random }, users);
  const stop = async () => {
    await portal[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
  };
  return { organisation, origin, stop };
}

interface ClientEnvironment {
  authenticators: Authenticators;
  clock: AdjustableClock;
  recorder: CaseRecorder;
  site: Site;
}

/** Starts the WebAuthn client of the page, and the dialog through which it asks the user. */
async function startClient(
  scenario: ExpandedCase,
  { client, random, attach }: CaseResources,
  { site, ...environment }: ClientEnvironment,
) {
  const { recorder } = environment;
  const dialogScreenshot = client.createDialogScreenshot(scenario, site);
  const hasReviewStep = scenario.steps.some(({ keyword }) => keyword === 'review');
  const dialog = new SecurityDialog({ hasReviewStep, observer: dialogScreenshot });
  const ceremonies = new Ceremonies({
    onBegin: () => dialog.begin(),
    onEnd: ({ error, reason }) => {
      recorder.note('client', 'ceremony.ended', { error, ...(reason && { reason }) });
      dialog.end(error === 'none' ? 'it succeeded' : (reason ?? error));
    },
  });
  const session = await client.start({ ...environment, scenario, ceremonies, dialog, random, attach });
  return { session, dialog, dialogScreenshot, ceremonies };
}

/** Returns the parties of the case, for grouping in reports. */
export function partiesOf(
  scenario: ExpandedCase,
  { key, all }: Authenticators,
  client: CaseClient,
): Record<string, string> {
  const platform = all.find(({ kind }) => kind === 'this-device');
  return {
    browser: scenario.browser.channel ?? 'chromium',
    key: key.facts.label,
    ...(platform && { device: platform.facts.label }),
    dialog: client.dialogLabel(scenario),
    attestation: scenario.relyingParty.attestation ?? 'requested',
    ...(scenario.authenticator.device && { 'authenticator.device': scenario.authenticator.device }),
    ...scenario.coordinates,
  };
}
