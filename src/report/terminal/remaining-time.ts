/** Estimates how long a run still takes, from the times that its cases took before and the times of the cases that have ended. Pure. */
import { mean } from '#result/statistics.ts';

/** A case whose time is not known yet, when nothing is known about the others either, makes an estimate meaningless. */
const minFinished = 3;

export class RemainingTime {
  readonly #workers: number;
  /** Expected times of the cases that have not ended, by id; undefined if a case has not run before. */
  readonly #waiting: Map<string, number | undefined>;
  /** When each running case started. */
  readonly #started = new Map<string, number>();
  readonly #finished: { durationMs: number; expectedMs: number | undefined }[] = [];

  /** `expected`: the time of each case of the run in milliseconds, undefined if it has not run before. */
  constructor(expected: ReadonlyMap<string, number | undefined>, workers: number) {
    this.#waiting = new Map(expected);
    this.#workers = Math.max(1, workers);
  }

  start(id: string, now: number): void {
    this.#started.set(id, now);
  }

  finish(id: string, durationMs: number): void {
    this.#finished.push({ durationMs, expectedMs: this.#waiting.get(id) });
    this.#waiting.delete(id);
    this.#started.delete(id);
  }

  /** Milliseconds that the rest takes, or undefined if too little is known. */
  estimate(now: number): number | undefined {
    if (this.#waiting.size === 0) return 0;
    const typical = this.#typicalTime();
    if (typical === undefined) return undefined;
    const speed = this.#speed();
    const rest = [...this.#waiting].map(([id, expectedMs]) => {
      const started = this.#started.get(id);
      const whole = expectedMs === undefined ? typical : expectedMs * speed;
      return Math.max(0, whole - (started === undefined ? 0 : now - started));
    });
    const sum = rest.reduce((total, ms) => total + ms, 0);
    return Math.max(sum / this.#workers, ...rest);
  }

  /** The time of a case that has not run before: the mean of the others, of this run if enough of them have ended. */
  #typicalTime(): number | undefined {
    if (this.#finished.length >= minFinished) return mean(this.#finished.map(({ durationMs }) => durationMs));
    const known = [...this.#waiting.values()].filter((ms) => ms !== undefined);
    return known.length > 0 ? mean(known) : undefined;
  }

  /** How much longer than expected the cases take on this machine, today. */
  #speed(): number {
    const known = this.#finished.filter(({ expectedMs }) => expectedMs !== undefined);
    if (known.length < minFinished) return 1;
    const total = (values: number[]) => values.reduce((sum, value) => sum + value, 0);
    const expected = total(known.map(({ expectedMs = 0 }) => expectedMs));
    return expected > 0 ? total(known.map(({ durationMs }) => durationMs)) / expected : 1;
  }
}
