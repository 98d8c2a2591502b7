/** Keeps what happened in one case for its `CaseRecord`: spans, steps, party events, expectations. */
import type { CaseRecord, Expectation, SourceLocation, StepResult } from '#result/run-result.ts';
import { Timeline } from '#result/timeline.ts';
import type { PartyEvent, WireExchange } from '#result/transcript.ts';
import type { ExpandedCase } from '../language/expanded-case.ts';
import { NobodyActed } from './operator.ts';

export class CaseRecorder {
  readonly timeline = new Timeline();
  readonly events: PartyEvent[] = [];
  expectations: Expectation[] = [];
  readonly #steps: StepResult[] = [];

  /** Notes what the user or the client did; the relying party's events come through its listener. */
  note(party: PartyEvent['party'], event: string, detail: PartyEvent['detail'] = {}): void {
    this.events.push({ atMs: this.timeline.elapsedMs(), party, event, detail });
  }

  /** Runs `work` as a step of the case; one for which hands were missing counts as skipped. */
  async step(title: string, location: SourceLocation, work: () => Promise<void>): Promise<void> {
    const startMs = this.timeline.elapsedMs();
    const finish = (verdict: StepResult['verdict']) =>
      this.#steps.push({ title, verdict, startMs, durationMs: this.timeline.elapsedMs() - startMs, location });
    try {
      await work();
      finish('passed');
    } catch (error) {
      finish(error instanceof NobodyActed ? 'skipped' : 'failed');
      throw error;
    }
  }

  /** Notes a step that was not reached. */
  skip(title: string, location: SourceLocation): void {
    this.#steps.push({ title, verdict: 'skipped', startMs: this.timeline.elapsedMs(), durationMs: 0, location });
  }

  record(scenario: ExpandedCase, parties: Record<string, string>, wire: readonly WireExchange[]): CaseRecord {
    const { id, title, tags, location } = scenario;
    return {
      id,
      title,
      tags,
      location,
      parties,
      spans: this.timeline.spans(),
      steps: this.#steps,
      expectations: this.expectations,
      wire: [...wire],
      events: this.events.toSorted((a, b) => a.atMs - b.atMs),
    };
  }
}
