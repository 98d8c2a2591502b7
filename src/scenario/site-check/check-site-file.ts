/**
 * Runs a site file step by step on its site, as far as it works: signs in, registers a passkey with an emulated key, names it, signs in
 * with it and deletes it. The first step that fails is described with the page as it was at that moment.
 */
import type { Page } from 'playwright';
import { neverAborted } from '#base/async.ts';
import { UnavailableError } from '#base/errors.ts';
import { systemRandom } from '#base/random.ts';
import type { SourceLocation } from '#result/run-result.ts';
import type { ExpandedCase, StepCall } from '../language/expanded-case.ts';
import { findStepBlockingReason, wordOf } from '../language/site-compatibility.ts';
import type { SiteDefinition } from '../language/site-definition.ts';
import { allSiteWords, type SiteWord } from '../language/site-words.ts';
import { CaseRecorder } from '../parties/case-recorder.ts';
import { answeringClient } from '../parties/client/answering-client.ts';
import type { CaseClient } from '../parties/client/case-client.ts';
import type { ProvideAuthenticators } from '../parties/key-under-test.ts';
import { SiteFlow } from '../parties/site/site-flow.ts';
import { InfrastructureError } from '../run/failures.ts';
import { runAllSteps } from '../run/run-steps.ts';
import { setUpCase } from '../run/set-up-case.ts';
import { TimeLimits } from '../run/time-limits.ts';
import type { CaseContext } from '../steps/step-context.ts';
import { checkCeremony, checkOutcome, type SiteFileText } from './checks-after-steps.ts';
import { describeFailure, type SiteCheckFailure } from './describe-failure.ts';
import { type WatchedResponses, watchResponses } from './watch-responses.ts';

export interface SiteCheckOptions {
  page: Page;
  /** The WebAuthn client of the page. */
  client: CaseClient;
  provide: ProvideAuthenticators;
  /** Text of the site file. */
  text: string;
  /** Time limit of each word; default: that of the scenario. */
  wordTimeoutMs?: number;
}

export interface CheckedWord {
  word: SiteWord;
  verdict: 'passed' | 'failed' | 'not-checked';
  durationMs: number;
  /** Why it was not checked. */
  reason?: string;
}

export interface SiteCheckResult {
  words: CheckedWord[];
  /** Undefined if every step works. */
  failure: SiteCheckFailure | undefined;
}

/**
 * Checks the site file of `scenario`, whose steps are the words to check.
 * @throws {UnavailableError} if the site cannot be reached, or if a hook of the file fails.
 */
export async function checkSiteFile(scenario: ExpandedCase, options: SiteCheckOptions): Promise<SiteCheckResult> {
  const { page, client, provide, wordTimeoutMs } = options;
  const { steps, leftOut } = selectSteps(scenario, wordTimeoutMs);
  const checked = { ...scenario, steps };
  const tracking = { recorder: new CaseRecorder(), limits: new TimeLimits() };
  const pin = typeof scenario.authenticator.pin === 'object' ? scenario.authenticator.pin.set : '';
  try {
    await using fixture = await setUpCase(
      checked,
      {
        page,
        random: systemRandom,
        provide,
        client: answeringClient(client, pin),
        show: (_, body) => body(),
        operator: { perform: async (_request, done) => void (await done) },
        extend: () => undefined,
        attach: async () => undefined,
      },
      tracking,
    );
    using check = new SiteCheck(checked, fixture.context, options);
    await runAllSteps(checked, { ...tracking, context: check.context, show: check.show, deadline: neverAborted }).catch(
      (error: unknown) => {
        if (!check.failure) throw error;
      },
    );
    return { words: [...check.words, ...leftOut], failure: check.failure };
  } catch (error) {
    if (error instanceof InfrastructureError) throw new UnavailableError(error.message, { cause: error });
    throw error;
  }
}

/** Returns the steps whose words the site file has, and the words that are not checked. */
function selectSteps(
  { site: { definition, url }, steps }: ExpandedCase,
  wordTimeoutMs: number | undefined,
): { steps: StepCall[]; leftOut: CheckedWord[] } {
  const wordOfCall = ({ keyword, args }: StepCall) => wordOf(keyword, args) as SiteWord;
  const isAdministered = url === undefined; // Touchstone starts the site with a user that has what the steps need
  const blockingReasonOf = (call: StepCall) =>
    isAdministered ? undefined : (findStepBlockingReason(call, definition) ?? findNameBlockingReason(call, definition));
  const blockingReasons = new Map(steps.map((call) => [wordOfCall(call), blockingReasonOf(call)]));
  const selected = withCurrentName(steps.filter((call) => blockingReasons.get(wordOfCall(call)) === undefined));
  const inherited = definition.flow['open-security-info'] ? ['sign-in'] : [];
  const leftOut = allSiteWords.flatMap((word): CheckedWord[] => {
    const isStep = blockingReasons.has(word);
    const reason = isStep ? blockingReasons.get(word) : notCheckable[word];
    if (reason === undefined || inherited.includes(word)) return [];
    if (!isStep && !definition.flow[word]) return [];
    return [{ word, verdict: 'not-checked', durationMs: 0, reason }];
  });
  const limited =
    wordTimeoutMs === undefined ? selected : selected.map((call) => ({ ...call, timeoutMs: wordTimeoutMs }));
  return { steps: limited, leftOut };
}

/** Returns why a passkey cannot be found by its name. */
const findNameBlockingReason = ({ keyword }: StepCall, { flow }: SiteDefinition): string | undefined =>
  (keyword === 'rename' || keyword === 'delete') && flow.name?.length === 0
    ? 'the word name has no steps, so the check does not know what its passkey is called'
    : undefined;

/** The passkey that is deleted keeps its first name if no step renames it. */
function withCurrentName(steps: readonly StepCall[]): StepCall[] {
  const [name] = steps.flatMap((call) => (call.keyword === 'name' ? [call.args] : []));
  const isRenamed = steps.some(({ keyword }) => keyword === 'rename');
  return steps.map((call) => (call.keyword === 'delete' && !isRenamed && name ? { ...call, args: name } : call));
}

/** Words that a check cannot do, with the reason. */
const notCheckable: Readonly<Partial<Record<SiteWord, string>>> = {
  'choose-method.authenticator-app': 'it changes the sign-in methods of the user',
  'mfa.tap': 'Touchstone cannot issue a Temporary Access Pass for this site',
  'mfa.add-authenticator-app': 'it changes the sign-in methods of the user',
  'abort-page': 'it ends the registration',
};

class SiteCheck implements Disposable {
  readonly context: CaseContext;
  readonly words: CheckedWord[] = [];
  failure: SiteCheckFailure | undefined;
  readonly #scenario: ExpandedCase;
  readonly #file: SiteFileText;
  readonly #responses: WatchedResponses;
  readonly #creates: StepCall | undefined;
  readonly #registers: StepCall | undefined;

  constructor(scenario: ExpandedCase, context: CaseContext, options: SiteCheckOptions) {
    this.#scenario = scenario;
    const { definition } = scenario.site;
    this.#file = { text: options.text, name: definition.file };
    this.#responses = watchResponses(options.page.context(), new URL(context.site.url).origin);
    const last = (...keywords: string[]) => scenario.steps.findLast(({ keyword }) => keywords.includes(keyword));
    this.#creates = last('choose-method', 'mfa');
    this.#registers = last('choose-method', 'mfa', 'name', 'done');
    this.context = { ...context, flow: this.#createFlow(context) };
  }

  /** Runs a word, and then checks what must be true after it. Runs as a step of the engine. */
  show = async (call: StepCall, body: () => Promise<void>): Promise<void> => {
    const startMs = performance.now();
    const word = wordOf(call.keyword, call.args) as SiteWord;
    const add = (verdict: CheckedWord['verdict']) =>
      this.words.push({ word, verdict, durationMs: performance.now() - startMs });
    try {
      const earlier = this.context.ceremonies.last;
      await body();
      await this.#checkAfter(call, earlier);
      add('passed');
    } catch (error) {
      add('failed');
      this.failure ??= await this.#describe(word, error);
      throw error;
    }
  };

  [Symbol.dispose](): void {
    this.#responses[Symbol.dispose]();
  }

  async #checkAfter(call: StepCall, earlier: CaseContext['ceremonies']['last']): Promise<void> {
    const { context } = this;
    const { requests } = this.#scenario.site.definition;
    const options = { earlier, requests, file: this.#file, seen: this.#responses.seen, timeoutMs: call.timeoutMs };
    // The first word that can start the registration may do so, long before the last one.
    if (call === this.#creates) await checkCeremony('create', context, { ...options, earlier: undefined });
    if (call.keyword === 'sign-in-with-passkey') await checkCeremony('get', context, options);
    if (call === this.#registers) await checkOutcome(context, this.#scenario.site.definition, options);
    await context.site.settle();
  }

  #describe(word: SiteWord, error: unknown): Promise<SiteCheckFailure> {
    const { flow } = this.#scenario.site.definition;
    const done = [...this.words.map((checked) => checked.word), word];
    const last = done.flatMap((one) => flow[one] ?? []).at(-1); // a word may have no steps on this site
    const location: SourceLocation = last?.location ?? { file: this.#file.name, line: 1, column: 1 };
    const secrets = [...this.#scenario.secrets, ...this.context.organisation.secrets];
    return describeFailure(error, { site: this.context.site, seen: this.#responses.seen, location, secrets });
  }

  /** Returns a flow whose steps also fail if the site answers a page with an error. */
  #createFlow({ site, organisation, outcomes }: CaseContext): SiteFlow {
    const responses = this.#responses;
    site.onAction = () => outcomes.look();
    return new SiteFlow({
      site,
      definition: this.#scenario.site.definition,
      userValues: () => ({ ...organisation.user().values, 'site.url': site.url }),
      onTotpSecret: (secret) => organisation.addTotpSecret(secret),
      async afterStep() {
        await outcomes.look();
        responses.throwIfRefused();
      },
    });
  }
}
