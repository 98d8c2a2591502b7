/** What a case has to end: its client, its site, its authenticators. All of it ends, also if a part fails. */
import type { PartyEvent } from '#result/transcript.ts';

export interface CleanUpProblem {
  party: PartyEvent['party'];
  error: unknown;
}

interface Part {
  party: PartyEvent['party'];
  end(): PromiseLike<unknown>;
}

export class CleanUp {
  readonly #parts: Part[] = [];

  /** Adds what ends before everything that was added earlier. */
  add(party: PartyEvent['party'], end: () => PromiseLike<unknown>): void {
    this.#parts.push({ party, end });
  }

  /** Ends everything, once. Returns what failed. */
  async run(): Promise<CleanUpProblem[]> {
    const problems: CleanUpProblem[] = [];
    for (let part = this.#parts.pop(); part; part = this.#parts.pop()) {
      const { party, end } = part;
      try {
        await end();
      } catch (error) {
        problems.push({ party, error });
      }
    }
    return problems;
  }
}
