/** Playwright Test as the engine: registers one test per case, and provides its page, its WebAuthn client and its attachments. */
import { resolve } from 'node:path';
import type { Page, TestDetails, TestInfo } from '@playwright/test';
import { type Random, systemRandom } from '#base/random.ts';
import { seededRandom } from '#base/seeded-random.ts';
import type { NativeBrowserSession } from '#browser/native/native-browser-session.ts';
import type { NativeChannel } from '#browser/native/native-browsers.ts';
import { test } from '#browser/playwright-fixtures.ts';
import { PromptOverlay } from '#browser/prompt-overlay.ts';
import type { VirtualAuthenticatorPage } from '#browser/virtual-authenticator/virtual-authenticator.ts';
import type { Measurement } from '#result/budget.ts';
import { type CaseIdentity, caseRecordAttachment, secretsAttachment } from '#result/run-result.ts';
import type { ExpandedCase, StepCall } from '../language/expanded-case.ts';
import { isRealKey, keyTag } from '../language/schema/authenticator.ts';
import { engineOfCase } from '../language/schema/browser.ts';
import { builtInClient } from '../parties/client/built-in-client.ts';
import { nativeClient } from '../parties/client/native-client.ts';
import { ownClient } from '../parties/client/own-client.ts';
import type { ProvideAuthenticators } from '../parties/key-under-test.ts';
import { type Operator, OperatorTimeout } from '../parties/operator.ts';
import type { PromptDisplay } from '../parties/operator-prompt.ts';
import { type UserKeys, UserPasskeys } from '../parties/site/user-passkeys.ts';
import { provideVirtualAuthenticators } from '../parties/virtual-authenticators.ts';
import { repeatAfterFailure } from './repeat-in-new-browser.ts';
import { type CaseOutcome, runCase } from './run-case.ts';
import type { CaseResources } from './set-up-case.ts';

export interface HostOptions {
  cases: readonly ExpandedCase[];
  provide: ProvideAuthenticators;
  /** Returns the operator of a case. `page` shows prompts over the page of a headed browser. */
  operator(page: PromptDisplay | undefined): Operator;
  /** Returns new authenticators for the passkey of a user who signs in with one. */
  createUserKeys(): UserKeys;
  /** How often each case runs; default: once. */
  repeat?: number;
  /** Reasons why cases are skipped, by case id. */
  skipReasons?: Readonly<Record<string, string>>;
  /** Makes keys, challenges and ids reproducible. Each case has its own random stream. */
  seed?: string;
}

/** What the cases of a worker share. */
interface WorkerOptions extends HostOptions {
  userPasskeys: UserPasskeys;
}

/** A case ends at its own time limit with a record. The limit of the engine is for code that ignores it. */
const graceMs = 20_000;

/** Registers a test for each repetition of each case. Playwright's `repeatEach` starts a worker and a browser for each repetition. */
export function registerScenarios(hostOptions: HostOptions): void {
  const options = { ...hostOptions, userPasskeys: new UserPasskeys(hostOptions.createUserKeys) };
  const measured = options.cases.filter(({ measure }) => measure && measure.baselineOf === undefined);
  for (let repetition = 1; repetition <= (options.repeat ?? 1); repetition++)
    for (const scenario of options.cases) if (!scenario.measure) registerCase(scenario, options, { repetition });
  for (const scenario of measured) registerMeasurement(scenario, options);
}

/**
 * Registers the repetitions of a measured case. They run one after the other, in turn with its baseline: what changes on the machine
 * meanwhile then affects both.
 */
function registerMeasurement(scenario: ExpandedCase, options: WorkerOptions): void {
  const { id, measure: { repeat, warmup } = { repeat: 1, warmup: 0 } } = scenario;
  const baseline = options.cases.find(({ measure }) => measure?.baselineOf === id);
  test.describe(() => {
    test.describe.configure({ mode: 'default' });
    for (let repetition = 1; repetition <= warmup + repeat; repetition++) {
      const role = (own: Measurement['role']): Registration => ({
        repetition,
        measurement: { role: repetition <= warmup ? 'warm-up' : own, caseId: id },
      });
      registerCase(scenario, options, role('value'));
      if (baseline) registerCase(baseline, options, role('baseline'));
    }
  });
}

interface Registration {
  /** From 1. */
  repetition: number;
  measurement?: Measurement;
}

function registerCase(scenario: ExpandedCase, options: WorkerOptions, registration: Registration): void {
  const { repetition } = registration;
  const title = `${scenario.id} › ${scenario.title}${repetition > 1 ? ` (${repetition})` : ''}`;
  const details = { tag: tagsOf(scenario), annotation: [identityAnnotation(scenario, registration)] };
  const reason = options.skipReasons?.[scenario.id];
  if (reason !== undefined) test.skip(title, withReason(details, reason), () => undefined);
  else if (scenario.browser.stack === 'native')
    testIn[engineOfCase(scenario.browser) === 'firefox' ? 'firefox' : 'chromium'](title, details, (session, info) =>
      runInNativeBrowser(scenario, options, info, session),
    );
  else if (scenario.browser.stack === 'built-in')
    builtInTestIn[engineOfCase(scenario.browser) === 'firefox' ? 'firefox' : 'chromium'](
      title,
      details,
      (opened, info) =>
        runInEngine(scenario, { ...options, provide: provideVirtualAuthenticators(opened) }, info, {
          page: opened.page,
          client: builtInClient(opened),
          browserParties: versionOf(opened.page),
          operator: options.operator(undefined),
        }),
    );
  else
    test.describe(() => {
      const { route } = scenario.browser;
      test.use({ engine: engineOfCase(scenario.browser), ...(route && { route }) });
      test(title, details, ({ page, webauthn, headless }, info) =>
        runInEngine(scenario, options, info, {
          page,
          client: ownClient(webauthn, { headed: !headless, route: webauthn.route }),
          browserParties: { ...versionOf(page), route: webauthn.route },
          operator: options.operator(headless ? undefined : new PromptOverlay(page.context())),
        }),
      );
    });
}

type TestOf<Fixture> = (
  title: string,
  details: TestDetails,
  body: (fixture: Fixture, info: TestInfo) => Promise<void>,
) => void;

/** A browser is started only for a test that uses its fixture. */
const testIn: Record<NativeChannel, TestOf<NativeBrowserSession>> = {
  chromium: (title, details, body) => test(title, details, ({ nativeChromium }, info) => body(nativeChromium, info)),
  firefox: (title, details, body) => test(title, details, ({ nativeFirefox }, info) => body(nativeFirefox, info)),
};

const builtInTestIn: Record<'chromium' | 'firefox', TestOf<VirtualAuthenticatorPage>> = {
  chromium: (title, details, body) => test(title, details, ({ virtualChromium }, info) => body(virtualChromium, info)),
  firefox: (title, details, body) => test(title, details, ({ virtualFirefox }, info) => body(virtualFirefox, info)),
};

type EngineResources = Pick<CaseResources, 'page' | 'client' | 'operator' | 'browserParties'>;

/** Returns the version of the browser, e.g. `153.0`. Empty for a browser that Playwright has not started. */
function versionOf(page: Page): Record<string, string> {
  const version = page.context().browser()?.version();
  return version === undefined ? {} : { 'browser version': version };
}

async function runInEngine(scenario: ExpandedCase, options: WorkerOptions, info: TestInfo, resources: EngineResources) {
  info.setTimeout(scenario.timeoutMs + graceMs);
  const outcome = await runOnce(scenario, options, info, resources).catch((error: unknown) => skipOrThrow(error, info));
  await finish(outcome, info);
}

/** If browser or dialog fail, the case is repeated once in a new browser. The report contains the record of the old one. */
async function runInNativeBrowser(
  scenario: ExpandedCase,
  options: WorkerOptions,
  info: TestInfo,
  session: NativeBrowserSession,
) {
  const run = async (used: NativeBrowserSession) => {
    info.setTimeout(info.duration + scenario.timeoutMs + graceMs);
    const client = nativeClient(used);
    const { page } = used;
    const resources = { page, client, browserParties: versionOf(page), operator: options.operator(undefined) };
    const outcome = await runOnce(scenario, options, info, resources).catch(
      (error: unknown): CaseOutcome | { error: unknown } => ({ error }),
    );
    return { outcome, failure: client.failureSignal?.reason as Error | undefined };
  };
  const repeated = await repeatAfterFailure(session, run, (name, text) =>
    info.attach(name, { contentType: 'text/plain', body: Buffer.from(text) }),
  );
  if (!('record' in repeated.outcome)) return skipOrThrow(repeated.outcome.error, info);
  repeated.outcome.record.events.unshift(...repeated.events);
  await finish(repeated.outcome, info);
}

function runOnce(
  scenario: ExpandedCase,
  { provide, seed, userPasskeys }: WorkerOptions,
  info: TestInfo,
  resources: EngineResources,
): Promise<CaseOutcome> {
  return runCase(scenario, {
    ...resources,
    random: randomOf(scenario, seed),
    provide,
    userPasskeys,
    show: (call, body) => test.step(labelOf(call), body, { location: absolute(call) }),
    extend: (ms) => info.setTimeout(info.timeout + ms),
    attach: (name, contentType, body) => info.attach(name, { contentType, body }),
  });
}

/** Attaches the record of a case and ends the test with its result. */
async function finish({ record, error, secrets }: CaseOutcome, info: TestInfo): Promise<void> {
  const attach = (name: string, body: unknown) =>
    info.attach(name, { contentType: 'application/json', body: Buffer.from(JSON.stringify(body)) });
  await attach(secretsAttachment, secrets);
  await attach(caseRecordAttachment, record);
  if (error !== undefined) skipOrThrow(error, info);
}

/** A case whose operator did not act has no result. It is not retried, because that would request the same action again. */
function skipOrThrow(error: unknown, info: TestInfo): never {
  if (error instanceof OperatorTimeout) info.skip(true, error.message);
  throw error;
}

/** The tag of a real key assigns the case to the project of this key, whose cases run one at a time. */
const tagsOf = ({ tags, authenticator }: ExpandedCase): string[] => [
  ...tags.map((name) => `@${name}`),
  ...(isRealKey(authenticator.device) ? [keyTag(authenticator.device)] : []),
];

const withReason = <Details extends { annotation: { type: string; description: string }[] }>(
  details: Details,
  reason: string,
): Details => ({ ...details, annotation: [...details.annotation, { type: 'skip', description: reason }] });

function identityAnnotation(
  { id, title, tags, location, coordinates, budgets }: ExpandedCase,
  { measurement }: Registration,
) {
  const identity: CaseIdentity = {
    id,
    title,
    tags,
    location,
    parties: coordinates,
    ...(measurement && { measurement }),
    ...(budgets.length > 0 && { budgets }),
  };
  return { type: caseRecordAttachment, description: JSON.stringify(identity) };
}

/** A real key gets real randomness: with the seed in the report, its PIN could be computed from the recorded exchanges. */
const randomOf = ({ id, authenticator }: ExpandedCase, seed: string | undefined): Random =>
  seed === undefined || isRealKey(authenticator.device) ? systemRandom : seededRandom(`${seed} ${id}`);

/** Contains no arguments, because they may contain a PIN and the engine's own reports do not mask it. */
const labelOf = ({ label }: StepCall): string => label;

/** Locations are relative to the project, the working directory of the engine. */
const absolute = ({ location: { file, line, column } }: StepCall) => ({ file: resolve(file), line, column });
