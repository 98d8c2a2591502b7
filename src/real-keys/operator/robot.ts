/** A machine in the place of hands: it is told once what to do, and the key itself says whether it was done. */
import { type Clock, systemClock } from '#base/clock.ts';
import type { HandlingRequest, Operator } from '#scenario/parties/operator.ts';
import { OneAtATime } from './one-at-a-time.ts';
import { doneWithin, waitForHands } from './wait-for-action.ts';

/**
 * How a machine is told. Resolves when it has ended, or has said that it is under way; `signal` aborts when its time is over.
 * @throws {UnavailableError} when it cannot be reached, or says that it cannot.
 */
export type TellRobot = (request: HandlingRequest, signal: AbortSignal) => Promise<void>;

export class Robot implements Operator {
  readonly #tell: TellRobot;
  readonly #clock: Clock;
  readonly #requests = new OneAtATime();

  constructor(tell: TellRobot, clock: Clock = systemClock) {
    this.#tell = tell;
    this.#clock = clock;
  }

  perform(request: HandlingRequest, done: Promise<unknown>, signal: AbortSignal): Promise<void> {
    done.catch(() => undefined); // it is told when its turn has come
    return new Promise((resolve, reject) => {
      void this.#requests.run(request.key.address, async () => {
        let movement: Promise<void> = Promise.resolve();
        const over = new AbortController();
        try {
          if (await doneWithin(0, done, signal, this.#clock)) return resolve();
          movement = this.#tell(request, AbortSignal.any([signal, over.signal]));
          await Promise.race([waitForHands(request, done, signal, this.#clock), failure(movement)]);
          resolve();
        } catch (error) {
          over.abort(error);
          reject(error);
        }
        await this.#finish(movement, request.patienceMs, over);
      });
    });
  }

  /** It may draw back its arm before it is told the next thing, in bounded time. What it says then changes nothing. */
  async #finish(movement: Promise<void>, limitMs: number, over: AbortController): Promise<void> {
    const ended = movement.catch(() => undefined);
    const inTime = await doneWithin(limitMs, ended, new AbortController().signal, this.#clock);
    if (!inTime) over.abort(new Error(`it did not end within ${limitMs} ms`));
  }
}

/** Never resolves: that a robot has moved does not say that the key has felt it. */
const failure = (movement: Promise<void>): Promise<never> =>
  new Promise((_, reject) => {
    movement.catch(reject);
  });
