/** One user of a site in a separate page: performs the words of the site file up to the request of the page, and after its answer. */
import type { Page, Response } from 'playwright';
import { abortable } from '#base/async.ts';
import { messageOf } from '#base/errors.ts';
import type { Random } from '#base/random.ts';
import type { BridgedPage } from '#browser/bridged-page.ts';
import type { ExpandedCase } from '../language/expanded-case.ts';
import type { SiteRequest, SiteWord } from '../language/site-words.ts';
import { CaseRecorder } from '../parties/case-recorder.ts';
import type { ProvideAuthenticators } from '../parties/key-under-test.ts';
import { matchesRequest } from '../parties/site/path-pattern.ts';
import type { FlowValues } from '../parties/site/site-flow.ts';
import { type CaseFixture, setUpCase } from '../run/set-up-case.ts';
import { TimeLimits } from '../run/time-limits.ts';
import { mfa } from '../steps/mfa.ts';
import { openSecurityInfo } from '../steps/signing-in.ts';
import type { StepContext } from '../steps/step-context.ts';
import { HeldCeremonies, type HeldCreation, type HeldRequest } from './held-ceremonies.ts';

/** Time limit of a word of the flow. */
const wordTimeoutMs = 15_000;

export interface VisitOptions {
  openPage(): Promise<BridgedPage>;
  provide: ProvideAuthenticators;
  random: Random;
}

/** How the site answered a request that its file names. */
export interface SiteAnswer {
  status: number;
  body: string;
}

export class SiteVisit implements AsyncDisposable {
  readonly context: StepContext;
  readonly #scenario: ExpandedCase;
  readonly #bridged: BridgedPage;
  readonly #fixture: CaseFixture;
  readonly #held: HeldCeremonies;
  readonly #limits: TimeLimits;
  readonly #answers = new Map<SiteRequest, Promise<SiteAnswer>>();

  private constructor(scenario: ExpandedCase, parts: VisitParts) {
    this.#scenario = scenario;
    this.#bridged = parts.bridged;
    this.#fixture = parts.fixture;
    this.#held = parts.held;
    this.#limits = parts.limits;
    this.context = { ...parts.fixture.context, runInBackground: () => undefined };
    this.#follow(parts.bridged.page);
  }

  /** @throws {InfrastructureError} if the site has no user. */
  static async open(scenario: ExpandedCase, { openPage, provide, random }: VisitOptions): Promise<SiteVisit> {
    const bridged = await openPage();
    try {
      const held = new HeldCeremonies(bridged.webauthn);
      const limits = new TimeLimits();
      const resources = {
        page: bridged.page,
        random,
        provide,
        client: held.client(),
        show: (_: unknown, body: () => Promise<void>) => body(),
        operator: { perform: async (_: unknown, done: Promise<void>) => void (await done) },
        extend: () => undefined,
        attach: async () => undefined,
      };
      const fixture = await setUpCase(scenario, resources, { recorder: new CaseRecorder(), limits });
      return new SiteVisit(scenario, { bridged, held, limits, fixture });
    } catch (error) {
      await bridged[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Does the words up to create(), and returns the request, which waits for its answer. */
  async beginRegistration(): Promise<HeldCreation> {
    await this.#within('open-security-info', (signal) => openSecurityInfo.run(undefined, this.context, signal));
    await this.run('add-sign-in-method');
    const called = new AbortController();
    const creation = this.#held.nextCreation(AbortSignal.timeout(2 * wordTimeoutMs));
    creation.then(
      () => called.abort(),
      () => undefined,
    );
    await this.run('choose-method.passkey');
    await this.#verifyUser(called.signal);
    return await creation.catch((cause: unknown) => {
      throw new Error('The page has not called navigator.credentials.create()', { cause });
    });
  }

  /** Signs out, does the words up to get(), and returns the request, which waits for its answer. */
  async beginAuthentication(): Promise<HeldRequest> {
    await this.#bridged.page.context().clearCookies();
    const request = this.#held.nextRequest(AbortSignal.timeout(2 * wordTimeoutMs));
    request.catch(() => undefined);
    await this.run('sign-in-with-passkey');
    return await request.catch((cause: unknown) => {
      throw new Error('The page has not called navigator.credentials.get()', { cause });
    });
  }

  /** Does a word of the site file, if it has it. */
  run(word: SiteWord, values: FlowValues = {}, signal?: AbortSignal): Promise<void> {
    if (!this.#scenario.site.definition.flow[word]) return Promise.resolve();
    return this.#within(word, (limit) =>
      this.context.flow.run(word, values, signal ? AbortSignal.any([limit, signal]) : limit),
    );
  }

  /** Waits until the page has reacted to the answer of its request. */
  async settle(): Promise<void> {
    const { ceremonies, site } = this.context;
    await ceremonies.settled();
    await site.settle(ceremonies.last?.endedAt);
  }

  /**
   * Returns how the site answered a request; undefined if its file does not name it.
   * @throws {Error} if the page has not sent it: nothing is then known about the site.
   */
  async answerTo(request: SiteRequest): Promise<SiteAnswer | undefined> {
    if (this.#scenario.site.definition.requests[request] === undefined) return undefined;
    const answer = await this.#answers.get(request);
    if (answer) return answer;
    const problems = this.#held.problems().join('; ') || 'its script refused it';
    throw new Error(`The page has not sent the response to the site: ${problems}`);
  }

  /** Forgets the answers to earlier ceremonies. */
  forgetAnswers(): void {
    this.#answers.clear();
  }

  /** Returns whether the user is signed in, without the password. */
  async isSignedIn(): Promise<boolean> {
    const askedForPassword = new Error('The site asks for the password');
    const password = () => Promise.reject(askedForPassword);
    const { values } = this.context.organisation.user();
    try {
      await this.run('open-security-info', { ...values, 'user.password': password });
      return true;
    } catch (error) {
      for (let cause = error; cause instanceof Error; cause = cause.cause) if (cause === askedForPassword) return false;
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const problems = await this.#fixture.cleanUp();
    await this.#bridged[Symbol.asyncDispose]();
    const [first] = problems;
    if (first) throw new Error(`Cannot end the visit of the site: ${messageOf(first.error)}`, { cause: first.error });
  }

  /** Passes the second factor if the page asks for it. `called` aborts when the page has called create(). */
  async #verifyUser(called: AbortSignal): Promise<void> {
    if (called.aborted || !this.#scenario.site.definition.flow['mfa.totp']) return;
    const work = this.#within('mfa.totp', (limit) =>
      mfa.run({ method: 'totp' }, this.context, AbortSignal.any([limit, called])),
    );
    await abortable(work, called).catch((error: unknown) => {
      if (!called.aborted) throw error;
    });
  }

  #within(word: SiteWord, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    return this.#limits.within(wordTimeoutMs, `The word ${word} of the site file`, work);
  }

  /** Keeps the answers to the requests that the site file names. */
  #follow(page: Page): void {
    const { requests } = this.#scenario.site.definition;
    const { origin } = new URL(this.context.site.url);
    page.on('response', (response) => {
      const request = response.request();
      for (const [name, pattern] of Object.entries(requests))
        if (matchesRequest(pattern, request.method(), request.url(), origin))
          this.#answers.set(name as SiteRequest, read(response));
    });
  }
}

interface VisitParts {
  bridged: BridgedPage;
  held: HeldCeremonies;
  limits: TimeLimits;
  fixture: CaseFixture;
}

/** A page that is left drops the bodies of its responses. */
async function read(response: Response): Promise<SiteAnswer> {
  const body = await response.text().catch(() => '');
  return { status: response.status(), body };
}
