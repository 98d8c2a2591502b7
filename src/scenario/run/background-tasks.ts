/** Work of steps that continues while the following steps run. Its failure is a failure of the step that started it. */
import type { StepCall } from '../language/expanded-case.ts';
import type { BackgroundWork } from '../steps/step-context.ts';

export class BackgroundTasks {
  readonly #tasks: Promise<void>[] = [];
  readonly #stepsEnded = new AbortController();
  readonly #failed = new AbortController();
  readonly #toFailure: (call: StepCall, error: unknown) => Error;
  #acting = 0;

  /** `toFailure` returns the failure of a step whose work ended with an error. */
  constructor(toFailure: (call: StepCall, error: unknown) => Error) {
    this.#toFailure = toFailure;
  }

  /** Aborts when work fails; the reason is the failure of its step. */
  get failureSignal(): AbortSignal {
    return this.#failed.signal;
  }

  /** Whether work acts now, or has to wait before it acts. Work that waits for its moment does not count. */
  get isActing(): boolean {
    return this.#acting > 0;
  }

  start<T>(call: StepCall, work: BackgroundWork<T>): void {
    this.#tasks.push(this.#run(call, work));
  }

  /**
   * Waits until all work has ended, after the last step. Work that still waits for its moment fails, because nothing can happen any more.
   * @throws the failure of the step that started the work.
   */
  async finish(): Promise<void> {
    this.#stepsEnded.abort(new Error('The steps ended before'));
    await Promise.all(this.#tasks);
    this.#failed.signal.throwIfAborted();
  }

  /** Stops the work that waits for its moment, because the case has failed. Its failures no longer count. */
  cancel(): void {
    this.#failed.abort(new Error('The case has failed'));
    this.#stepsEnded.abort(this.#failed.signal.reason);
  }

  async #run<T>(call: StepCall, { until, act }: BackgroundWork<T>): Promise<void> {
    try {
      const value = await until(this.#stepsEnded.signal);
      this.#acting += 1;
      await act(value).finally(() => {
        this.#acting -= 1;
      });
    } catch (error) {
      if (!this.#failed.signal.aborted) this.#failed.abort(this.#toFailure(call, error));
    }
  }
}
