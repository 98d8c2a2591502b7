/** Watches how registrations end, by the signs that the site file describes: text, path, and the status of requests. */
import { systemClock } from '#base/clock.ts';
import { normalizeText } from '../../expect/matchers.ts';
import { parseTextPattern } from '../../language/schema/locator.ts';
import type { SiteDefinition } from '../../language/site-definition.ts';
import type { SiteSign } from '../../language/site-schema.ts';
import { type SiteOutcome, siteOutcomes } from '../../language/site-words.ts';
import { matchesPath } from './path-pattern.ts';
import type { Site } from './site.ts';

/** How long the page has to show the outcome after it is idle. */
const showMs = 2_000;
const pollMs = 50;

export interface OutcomeWatchOptions {
  site: Site;
  outcomes: SiteDefinition['outcomes'];
  /** Returns whether the ceremony of the current attempt has ended. Before, the page may show the outcome of an earlier one. */
  hasCeremonyEnded: () => boolean;
}

export class OutcomeWatch {
  readonly #options: OutcomeWatchOptions;
  #attempt = 0;
  #found: SiteOutcome | undefined;

  constructor(options: OutcomeWatchOptions) {
    this.#options = options;
  }

  /** Checks the page once, and stores the outcome: the page may show it only for a moment. */
  async look(): Promise<SiteOutcome | undefined> {
    const { site, hasCeremonyEnded } = this.#options;
    const { attempts, wasRefused } = site.requests;
    if (attempts !== this.#attempt) this.#found = undefined;
    this.#attempt = attempts;
    if (this.#found === undefined && (hasCeremonyEnded() || wasRefused)) this.#found = await this.#findFinal();
    return this.#found;
  }

  /** Returns the outcome of the last attempt; waits a moment for it. */
  async last(): Promise<SiteOutcome | 'none'> {
    const deadline = systemClock.monotonic() + showMs;
    for (;;) {
      const found = await this.look();
      if (found !== undefined) return found;
      if (systemClock.monotonic() > deadline) return 'none';
      await systemClock.sleep(pollMs);
    }
  }

  /** Sites may answer a refusal with the status of a success: what the page makes of the answer counts. */
  async #findFinal(): Promise<SiteOutcome | undefined> {
    const found = await this.#find();
    if (found !== 'registered') return found;
    await this.#options.site.whenIdle();
    return (await this.#find()) ?? found;
  }

  async #find(): Promise<SiteOutcome | undefined> {
    const { site, outcomes } = this.#options;
    const { says, url } = await site.observe();
    const isShown = ({ text, at, request, status }: SiteSign): boolean => {
      const answer = request && site.requests.answered(request);
      return (
        (text === undefined || containsText(says, text)) &&
        (at === undefined || matchesPath(at, url)) &&
        (request === undefined ||
          (answer !== undefined && (status === undefined || [status].flat().includes(answer.status))))
      );
    };
    const order = Object.keys(siteOutcomes) as SiteOutcome[];
    return order.find((outcome) => outcomes[outcome]?.some(isShown));
  }
}

function containsText(says: string, text: string): boolean {
  const pattern = parseTextPattern(text);
  return pattern ? pattern.test(says) : normalizeText(says).includes(normalizeText(text));
}
