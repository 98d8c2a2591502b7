/** Does the parts of the registration flow on a site, with the steps of its site file. */
import { messageOf } from '#base/errors.ts';
import type { PageCondition, SiteCall, SiteDefinition } from '../../language/site-definition.ts';
import { insertValues, valuesUsedIn } from '../../language/site-values.ts';
import type { SiteWord } from '../../language/site-words.ts';
import { findElement } from './find-element.ts';
import { pageActions } from './page-actions.ts';
import { firstTrue, isTrueWhenIdle } from './page-conditions.ts';
import type { Site } from './site.ts';

/** The values that a word may use, by name. A function is called when a step uses the value. */
export type FlowValues = Readonly<Record<string, string | (() => string | Promise<string>)>>;

export interface SiteFlowParts {
  site: Site;
  definition: SiteDefinition;
  /** The user of the case, as values such as `user.name`. */
  userValues: () => FlowValues;
  /** Called with the key of an authenticator app that the page shows. */
  onTotpSecret: (secret: string) => void;
  /** Called after each step, e.g. to look for what the page shows only for a moment. */
  afterStep?: (() => Promise<unknown>) | undefined;
}

export class SiteFlow {
  readonly #parts: SiteFlowParts;
  /** Values that `read` steps have read. */
  readonly #read: Record<string, string> = {};

  constructor(parts: SiteFlowParts) {
    this.#parts = parts;
  }

  /**
   * Performs the steps of a word of the flow on this site.
   * @throws {Error} if the site file does not have the word, or if one of its steps fails; the message contains the location.
   */
  async run(word: SiteWord, values: FlowValues, signal: AbortSignal): Promise<void> {
    const { definition } = this.#parts;
    const calls = definition.flow[word];
    if (!calls) throw new Error(`The site file ${definition.file} has no word "${word}" under flow`);
    await this.#runAll(calls, values, signal);
  }

  async #runAll(calls: readonly SiteCall[], values: FlowValues, signal: AbortSignal): Promise<void> {
    for (const call of calls) await this.#runCall(call, values, signal);
  }

  async #runCall(call: SiteCall, values: FlowValues, signal: AbortSignal): Promise<void> {
    const limited =
      call.timeoutMs === undefined ? signal : AbortSignal.any([signal, AbortSignal.timeout(call.timeoutMs)]);
    try {
      await this.#do(call, values, limited);
      await this.#parts.afterStep?.();
    } catch (error) {
      throw error instanceof SiteStepError ? error : new SiteStepError(call, error);
    }
  }

  async #do(call: SiteCall, values: FlowValues, signal: AbortSignal): Promise<void> {
    const { site } = this.#parts;
    switch (call.keyword) {
      case 'when':
        return this.#when(call.args, values, signal);
      case 'first-of':
        return this.#firstOf(call.args, values, signal);
      case 'run':
        return this.#runAll(this.#stepsOf(call.args), values, signal);
      case 'read':
        return this.#readInto(await this.#insert(call.args, values));
      default: {
        const action = pageActions[call.keyword] as (args: unknown, site: Site, signal: AbortSignal) => Promise<void>;
        return action(await this.#insert(call.args, values), site, signal);
      }
    }
  }

  async #when(
    { steps, otherwise, ...condition }: PageCondition & { steps: SiteCall[]; otherwise: SiteCall[] },
    values: FlowValues,
    signal: AbortSignal,
  ): Promise<void> {
    const { site } = this.#parts;
    const inserted = await this.#insert(condition, values);
    const holds = await isTrueWhenIdle(inserted, site, signal);
    await this.#runAll(holds ? steps : otherwise, values, signal);
  }

  async #firstOf(
    alternatives: readonly (PageCondition & { steps: SiteCall[] })[],
    values: FlowValues,
    signal: AbortSignal,
  ): Promise<void> {
    const conditions = await Promise.all(
      alternatives.map(({ steps: _, ...condition }) => this.#insert(condition, values)),
    );
    const found = await firstTrue(conditions, this.#parts.site, signal);
    await this.#runAll(alternatives[found]?.steps ?? [], values, signal);
  }

  #stepsOf(name: string): readonly SiteCall[] {
    const { flow, sequences } = this.#parts.definition;
    return flow[name as SiteWord] ?? sequences[name] ?? [];
  }

  async #readInto({ into, ...target }: Extract<SiteCall, { keyword: 'read' }>['args']): Promise<void> {
    const { site, onTotpSecret } = this.#parts;
    const text = await site.act(`read ${into}`, (page) => findElement(page, target).textContent());
    const value = text?.trim() ?? '';
    this.#read[into] = value;
    if (into === 'totp-secret') onTotpSecret(value.replace(/\s/g, ''));
  }

  async #insert<Args>(args: Args, values: FlowValues): Promise<Args> {
    const found = new Map<string, string>();
    for (const name of valuesUsedIn(args)) found.set(name, await this.#find(name, values));
    return insertValues(args, (name) => found.get(name) ?? '');
  }

  #find(name: string, values: FlowValues): string | Promise<string> {
    const read = name.startsWith('read.') ? this.#read[name.slice('read.'.length)] : undefined;
    const value = read ?? values[name] ?? this.#parts.userValues()[name];
    if (value === undefined) throw new Error(`There is no value \${${name}} here`);
    return typeof value === 'string' ? value : value();
  }
}

/** A step of a site file failed. The message names its place. */
export class SiteStepError extends Error {
  override readonly name = 'SiteStepError';
  /** The step, which may be inside others. */
  readonly call: SiteCall;

  constructor(call: SiteCall, cause: unknown) {
    const { keyword, location } = call;
    super(`${messageOf(cause)} (${keyword}, ${location.file}:${location.line})`, { cause });
    this.call = call;
  }
}
