/** What people at real keys are asked just now, as lines of a terminal: what to do, to which key, and how much time is left. */
import type { Clock } from '#base/clock.ts';
import type { PromptEvent, ShownPrompt } from '#result/prompt-line.ts';
import type { Colours } from '../colour.ts';
import { truncate } from '../format.ts';
import { harmless, padEnd, padStart, type Terminal, visibleLength } from './terminal.ts';

const barWidth = 12;
const widestLine = 110;
const narrow = 60;
/** The bar turns red. */
const hurryMs = 10_000;

interface Open {
  prompt: ShownPrompt;
  since: number;
}

export class Prompts {
  readonly #clock: Clock;
  /** By test and key, oldest first. */
  readonly #open = new Map<string, Map<string, Open>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @returns the prompt when it is new. */
  take(test: string, { key, prompt }: PromptEvent): ShownPrompt | undefined {
    const ofTest = this.#open.get(test) ?? new Map<string, Open>();
    this.#open.set(test, ofTest);
    ofTest.delete(key);
    if (prompt) ofTest.set(key, { prompt, since: this.#clock.monotonic() });
    return prompt;
  }

  /** The test is over, whatever it has left open. */
  end(test: string): void {
    this.#open.delete(test);
  }

  /** One line for each, none longer than the terminal is wide. */
  lines({ width, colours }: Pick<Terminal, 'width' | 'colours'>): string[] {
    const now = this.#clock.monotonic();
    return [...this.#open.values()]
      .flatMap((ofTest) => [...ofTest.values()])
      .map(({ prompt, since }) => line(prompt, now - since, Math.min(width, widestLine), colours));
  }

  /** A prompt where no line can move. */
  static plainLine({ what, which, patienceMs }: ShownPrompt, c: Colours): string {
    const within = patienceMs === undefined ? '' : `, within ${seconds(patienceMs)}`;
    return `  ${c.yellow(pointer)} ${c.bold(harmless(what))}: ${harmless(which)}${within}`;
  }
}

const pointer = '▶';
const seconds = (ms: number): string => `${Math.max(0, Math.ceil(ms / 1000))} s`;

function line({ what, which, patienceMs }: ShownPrompt, elapsedMs: number, width: number, c: Colours): string {
  const time = patienceMs === undefined ? '' : countdown(patienceMs, patienceMs - elapsedMs, width, c);
  const room = width - visibleLength(pointer) - 4 - (time ? visibleLength(time) + 2 : 0);
  const doThis = oneLine(what);
  const text = truncate(`${doThis}  ${oneLine(which)}`, room);
  const told = c.bold(c.yellow(text.slice(0, doThis.length))) + text.slice(doThis.length);
  return `  ${c.yellow(pointer)} ${time ? `${padEnd(told, room)}  ${time}` : told}`;
}

const oneLine = (text: string): string => harmless(text).replaceAll('\n', ' ');

/** A bar where there is room for one, and the seconds. */
function countdown(patienceMs: number, leftMs: number, width: number, c: Colours): string {
  const colour = leftMs <= hurryMs ? c.red : c.yellow;
  const left = padStart(colour(seconds(leftMs)), 5);
  if (width < narrow) return left;
  const filled = Math.round(Math.min(1, Math.max(0, leftMs / patienceMs)) * barWidth);
  return `${colour('━'.repeat(filled))}${c.dim('─'.repeat(barWidth - filled))} ${left}`;
}
