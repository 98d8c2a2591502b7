/** Records what happens in one case for its `CaseRecord`: spans, steps, events of the parties, expectations. */
import type { CaseRecord, Expectation, SourceLocation, StepResult } from '#result/run-result.ts';
import { Timeline } from '#result/timeline.ts';
import type { PartyEvent, WireExchange } from '#result/transcript.ts';
import type { ExpandedCase } from '../language/expanded-case.ts';
import { OperatorTimeout } from './operator.ts';

export class CaseRecorder {
  readonly timeline = new Timeline();
  readonly events: PartyEvent[] = [];
  expectations: Expectation[] = [];
  readonly #steps: StepResult[] = [];

  /** Records an event of the user or the client. Events of the relying party arrive through its own listener. */
  note(party: PartyEvent['party'], event: string, detail: PartyEvent['detail'] = {}): void {
    this.events.push({ atMs: this.timeline.elapsedMs(), party, event, detail });
  }

  /** Runs `work` as a step of the case. A step that needs an operator who does not act is recorded as skipped. */
  async step(title: string, location: SourceLocation, work: () => Promise<void>): Promise<void> {
    const startMs = this.timeline.elapsedMs();
    const finish = (verdict: StepResult['verdict']) =>
      this.#steps.push({ title, verdict, startMs, durationMs: this.timeline.elapsedMs() - startMs, location });
    try {
      await work();
      finish('passed');
    } catch (error) {
      finish(error instanceof OperatorTimeout ? 'skipped' : 'failed');
      throw error;
    }
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
