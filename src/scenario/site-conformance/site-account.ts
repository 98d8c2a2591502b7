/** A user of a web site as an account of the suite for relying parties: each ceremony runs in the page, which sends the response. */
import type { Account, Outcome } from '#conformance/relying-party/target.ts';
import type { SiteDefinition } from '../language/site-definition.ts';
import type { HeldCreation, HeldRequest } from './held-ceremonies.ts';
import type { SiteAnswer, SiteVisit } from './site-visit.ts';

/** Longest text of an answer in a result. */
const maxDetail = 200;
const pollMs = 50;

export class SiteAccount implements Account {
  /** Known from the first registration on. */
  origin = '';
  rpId = '';
  userHandle = '';
  readonly #visit: SiteVisit;
  readonly #definition: SiteDefinition;
  #creation: HeldCreation | undefined;
  #request: HeldRequest | undefined;
  #registered = 0;

  constructor(visit: SiteVisit, definition: SiteDefinition) {
    this.#visit = visit;
    this.#definition = definition;
  }

  /** Returns the options of a registration, which then waits for its response. */
  async creationOptions(): Promise<HeldCreation['options']> {
    const waiting = this.#creation;
    const creation = waiting && !waiting.signal.aborted ? waiting : await this.#visit.beginRegistration();
    this.#creation = creation;
    this.origin = creation.origin;
    this.rpId = creation.options.rp.id ?? new URL(creation.origin).hostname;
    this.userHandle = creation.options.user.id;
    return creation.options;
  }

  beginRegistration = async (): Promise<string> => (await this.creationOptions()).challenge;

  async register(response: unknown): Promise<Outcome> {
    await this.creationOptions();
    this.#visit.forgetAnswers();
    this.#creation?.answer(response);
    this.#creation = undefined;
    await this.#visit.settle();
    const answer = await this.#visit.answerTo('result');
    const refusal = answer && toRefusal(answer, this.#definition);
    if (refusal) return refusal;
    const outcome = await this.#finish();
    if (outcome === 'registered') return { verdict: 'accepted' };
    if (outcome === 'none') throw new Error('The site shows none of the outcomes of its file');
    return { verdict: 'refused', detail: `the site shows the outcome ${outcome}` };
  }

  async beginAuthentication(): Promise<string> {
    this.#request = await this.#visit.beginAuthentication();
    this.#creation = undefined;
    return this.#request.options.challenge;
  }

  async authenticate(response: unknown): Promise<Outcome> {
    if (!this.#request) throw new Error('There is no request for a sign-in to answer');
    this.#visit.forgetAnswers();
    this.#request.answer(response);
    this.#request = undefined;
    await this.#visit.settle();
    const answer = await this.#visit.answerTo('sign-in-result');
    const refusal = answer && toRefusal(answer, this.#definition);
    if (refusal) return refusal;
    if (await this.#visit.isSignedIn()) return { verdict: 'accepted' };
    return { verdict: 'refused', detail: `the user is not signed in ${describeAnswer(answer)}`.trim() };
  }

  /** The next registration excludes the stored credentials. Undefined for a site that excludes none. */
  async listCredentialIds(): Promise<readonly string[] | undefined> {
    const { excludeCredentials } = await this.creationOptions();
    return excludeCredentials?.map(({ id }) => id);
  }

  /** Deletes what was registered, unless the site file has a hook that removes the user, and leaves the site. */
  async close(): Promise<void> {
    try {
      const removesUser = this.#definition.after !== undefined || this.#definition.server !== undefined;
      if (!removesUser && this.#definition.flow.delete) await this.#deleteAll();
    } finally {
      await this.#visit[Symbol.asyncDispose]();
    }
  }

  async #deleteAll(): Promise<void> {
    for (let number = this.#registered; number > 0; number--) {
      const { values } = this.#visit.context.organisation.user();
      await this.#visit.run('open-security-info', values);
      await this.#visit.run('delete', { name: nameOf(number) });
      await this.#visit.settle();
    }
  }

  /** Names the passkey, until the page shows an outcome. */
  async #finish() {
    const { outcomes } = this.#visit.context;
    const shown = new AbortController();
    const watching = this.#watch(shown);
    const values = { name: nameOf(this.#registered + 1) };
    try {
      if ((await outcomes.look()) !== 'registered' || this.#definition.flow.name) {
        await this.#visit.run('name', values, shown.signal);
        await this.#visit.run('done', values, shown.signal);
      }
      await this.#visit.settle();
    } catch (error) {
      if (!shown.signal.aborted) throw error;
    } finally {
      shown.abort();
      await watching;
    }
    const outcome = await outcomes.last();
    if (outcome === 'registered') this.#registered += 1;
    return outcome;
  }

  /** Aborts `shown` when the page shows that it has refused the registration. */
  async #watch(shown: AbortController): Promise<void> {
    while (!shown.signal.aborted) {
      const outcome = await this.#visit.context.outcomes.look();
      if (outcome !== undefined && outcome !== 'registered') shown.abort();
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
  }
}

const nameOf = (number: number): string => `Conformance ${number}`;

/** Returns a refusal or a crash, according to the status. */
function toRefusal(answer: SiteAnswer, { server }: SiteDefinition): Outcome | undefined {
  if (answer.status >= 500) return { verdict: 'crashed', detail: describeAnswer(answer) };
  if (answer.status < 400) return undefined;
  return { verdict: 'refused', detail: describeAnswer(answer), ...(server && { rule: readRule(answer.body) }) };
}

const describeAnswer = (answer: SiteAnswer | undefined): string =>
  answer === undefined ? '' : `HTTP ${answer.status} ${answer.body.slice(0, maxDetail)}`.trim();

/** The reference portal names the rule of verification that a response violates. */
function readRule(body: string): string | undefined {
  try {
    const { rule } = JSON.parse(body) as { rule?: unknown };
    return typeof rule === 'string' ? rule : undefined;
  } catch {
    return undefined;
  }
}
