/** Records what happens in one case for its `CaseRecord`: spans, steps, events of the parties, expectations. */
import type { CaseRecord, Expectation, SourceLocation, StepResult } from '#result/run-result.ts';
import { Timeline } from '#result/timeline.ts';
import type { PartyEvent, WireExchange } from '#result/transcript.ts';
import type { ExpandedCase } from '../language/expanded-case.ts';

export class CaseRecorder {
  readonly timeline = new Timeline();
  readonly events: PartyEvent[] = [];
  expectations: Expectation[] = [];
  readonly #steps: StepResult[] = [];

  /** Records an event of the user or the client. Events of the relying party arrive through its own listener. */
  note(party: PartyEvent['party'], event: string, detail: PartyEvent['detail'] = {}): void {
    this.events.push({ atMs: this.timeline.elapsedMs(), party, event, detail });
  }

  /** Runs `work` as a step of the case. `isSkipped` returns true for an error that is not a failure of this step. */
  async step(
    title: string,
    location: SourceLocation,
    work: () => Promise<void>,
    isSkipped: (error: unknown) => boolean = () => false,
  ): Promise<void> {
    const startMs = this.timeline.elapsedMs();
    const finish = (verdict: StepResult['verdict']) =>
      this.#steps.push({ title, verdict, startMs, durationMs: this.timeline.elapsedMs() - startMs, location });
    try {
      await work();
      finish('passed');
    } catch (error) {
      finish(isSkipped(error) ? 'skipped' : 'failed');
      throw error;
    }
  }

  /** Records that what a step does in the background has failed, after the step itself has ended. */
  markFailed(location: SourceLocation): void {
    for (const step of this.#steps) if (step.location === location) step.verdict = 'failed';
  }

  /** Records a step that was not reached. */
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
