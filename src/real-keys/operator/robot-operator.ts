/** An operator that is a machine (a robot or a USB hub). The machine gets each request once; the key reports whether it was done. */
import { type Clock, systemClock } from '#base/clock.ts';
import type { ManualActionRequest, Operator } from '#scenario/parties/operator.ts';
import { PerKeyQueue } from './per-key-queue.ts';
import { doneWithin, waitForAction } from './wait-for-action.ts';

/**
 * Sends a request to the machine. Resolves when the machine has finished or has accepted the request; `signal` aborts when its
 * time is over.
 * @throws {UnavailableError} if the machine cannot be reached or reports a failure.
 */
export type SendToRobot = (request: ManualActionRequest, signal: AbortSignal) => Promise<void>;

export class RobotOperator implements Operator {
  readonly #send: SendToRobot;
  readonly #clock: Clock;
  readonly #queue = new PerKeyQueue();

  constructor(send: SendToRobot, clock: Clock = systemClock) {
    this.#send = send;
    this.#clock = clock;
  }

  perform(request: ManualActionRequest, done: Promise<unknown>, signal: AbortSignal): Promise<void> {
    done.catch(() => undefined); // awaited below, after the requests before this one
    return new Promise((resolve, reject) => {
      void this.#queue.run(request.key.address, async () => {
        let movement: Promise<void> = Promise.resolve();
        const stop = new AbortController();
        try {
          if (await doneWithin(0, done, signal, this.#clock)) return resolve();
          movement = this.#send(request, AbortSignal.any([signal, stop.signal]));
          await Promise.race([waitForAction(request, done, signal, this.#clock), failureOf(movement)]);
          resolve();
        } catch (error) {
          stop.abort(error);
          reject(error);
        }
        await this.#waitUntilIdle(movement, request.timeoutMs, stop);
      });
    });
  }

  /** Waits until the machine has finished its movement, before it gets the next request. Errors no longer matter. */
  async #waitUntilIdle(movement: Promise<void>, limitMs: number, stop: AbortController): Promise<void> {
    const ended = movement.catch(() => undefined);
    const inTime = await doneWithin(limitMs, ended, new AbortController().signal, this.#clock);
    if (!inTime) stop.abort(new Error(`The robot did not finish within ${limitMs} ms`));
  }
}

/** Rejects if `movement` does; never resolves, because a finished movement does not prove that the key was touched. */
const failureOf = (movement: Promise<void>): Promise<never> =>
  new Promise((_, reject) => {
    movement.catch(reject);
  });
