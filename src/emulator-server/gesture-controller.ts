/**
 * The hands at an emulated key: a habit for every question (`--touch`), and single gestures by key press or HTTP that go before
 * it. Structurally a `GestureSource` of the emulator.
 */
import type { Clock } from '#base/clock.ts';
import type { TouchHabit } from './touch-policy.ts';

/** What the key asks for. */
export interface Question {
  kind: 'presence' | 'long-touch' | 'verification' | 'enrollment';
  rpId?: string | undefined;
}

/** How an enrolled finger was laid on the sensor, besides well. */
export const badSamples = [
  'too-high',
  'too-low',
  'too-left',
  'too-right',
  'too-fast',
  'too-slow',
  'poor-quality',
  'too-skewed',
  'too-short',
] as const;

/** One gesture. A finger that is not enrolled is a touch where a touch is asked for. */
export type Gesture = 'touch' | 'deny' | 'unknown-finger' | (typeof badSamples)[number];

export type Outcome = 'granted' | 'denied' | 'no-match' | (typeof badSamples)[number];

interface Open {
  question: Question;
  settle(outcome: Outcome): void;
  /** Ends a habit that has begun to count. */
  ended: AbortSignal;
}

export class Hands {
  readonly #clock: Clock;
  readonly #onQuestion: (question: Question | undefined) => void;
  #habit: TouchHabit;
  #open: Open | undefined;
  /** Given while nobody asked. */
  #kept: Gesture[] = [];

  /** `onQuestion` hears of each question that has to wait, and of its end. */
  constructor(clock: Clock, habit: TouchHabit, onQuestion: (question: Question | undefined) => void) {
    this.#clock = clock;
    this.#habit = habit;
    this.#onQuestion = onQuestion;
  }

  get habit(): TouchHabit {
    return this.#habit;
  }

  /** Holds for a question that is open, too. */
  set habit(habit: TouchHabit) {
    this.#habit = habit;
    if (this.#open) this.#follow(this.#open);
  }

  /** What is asked just now. */
  get question(): Question | undefined {
    return this.#open?.question;
  }

  respond(question: Question, signal: AbortSignal): Outcome | Promise<Outcome> {
    const early = this.#kept.shift();
    if (early) return outcomeOf(early, question);
    if (this.#habit === 'auto') return 'granted';
    return new Promise((settle) => {
      const open = { question, settle, ended: signal };
      this.#open = open;
      this.#onQuestion(question);
      signal.addEventListener('abort', () => this.#close(open), { once: true });
      this.#follow(open);
    });
  }

  /** Answers the open question; without one it is kept for the next. True when it was answered. */
  make(gesture: Gesture): boolean {
    const open = this.#open;
    if (!open) {
      this.#kept.push(gesture);
      return false;
    }
    this.#close(open);
    open.settle(outcomeOf(gesture, open.question));
    return true;
  }

  #follow(open: Open): void {
    if (this.#habit === 'auto') this.make('touch');
    else if (typeof this.#habit === 'object') void this.#touchLater(this.#habit, open);
  }

  async #touchLater(habit: { afterMs: number }, open: Open): Promise<void> {
    await this.#clock.sleep(habit.afterMs, open.ended).catch(() => undefined);
    if (this.#open === open && this.#habit === habit) this.make('touch');
  }

  #close(open: Open): void {
    if (this.#open !== open) return;
    this.#open = undefined;
    this.#onQuestion(undefined);
  }
}

function outcomeOf(gesture: Gesture, { kind }: Question): Outcome {
  if (gesture === 'touch') return 'granted';
  if (gesture === 'deny') return 'denied';
  if (gesture === 'unknown-finger') return kind === 'verification' ? 'no-match' : 'granted';
  return kind === 'enrollment' ? gesture : kind === 'verification' ? 'no-match' : 'granted';
}
