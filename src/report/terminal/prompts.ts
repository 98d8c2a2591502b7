/** The open prompts for the user of real keys as terminal lines: what to do with which key, and how much time is left. */
import type { Clock } from '#base/clock.ts';
import type { OperatorPrompt, PromptEvent } from '#result/prompt-line.ts';
import type { Colours } from '../colour.ts';
import { truncate } from '../format.ts';
import { padEnd, padStart, stripControlCharacters, type Terminal, toOneLine, visibleLength } from './terminal.ts';

const barWidth = 12;
const maxLineWidth = 110;
/** A narrower terminal shows the seconds without the bar. */
const minWidthForBar = 60;
/** The countdown turns red below this. */
const urgentMs = 10_000;

interface OpenPrompt {
  prompt: OperatorPrompt;
  since: number;
}

export class Prompts {
  readonly #clock: Clock;
  /** By test id, then by key; oldest first. */
  readonly #open = new Map<string, Map<string, OpenPrompt>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Opens, replaces or closes the prompt of a key. */
  update(testId: string, { key, prompt }: PromptEvent): void {
    const ofTest = this.#open.get(testId) ?? new Map<string, OpenPrompt>();
    this.#open.set(testId, ofTest);
    ofTest.delete(key);
    if (prompt) ofTest.set(key, { prompt, since: this.#clock.monotonic() });
  }

  /** Closes all prompts of a test that has ended. */
  closeAll(testId: string): void {
    this.#open.delete(testId);
  }

  /** Returns one line for each open prompt, none longer than the terminal is wide. */
  lines({ width, colours }: Pick<Terminal, 'width' | 'colours'>): string[] {
    const now = this.#clock.monotonic();
    return [...this.#open.values()]
      .flatMap((ofTest) => [...ofTest.values()])
      .map(({ prompt, since }) => renderPrompt(prompt, now - since, Math.min(width, maxLineWidth), colours));
  }
}

/** Returns a prompt as a line for output that is not interactive. */
export function renderPlainPrompt({ what, which, timeoutMs }: OperatorPrompt, c: Colours): string {
  const within = timeoutMs === undefined ? '' : `, within ${formatSeconds(timeoutMs)}`;
  return `  ${c.yellow(pointer)} ${c.bold(stripControlCharacters(what))}: ${stripControlCharacters(which)}${within}`;
}

const pointer = '▶';
const formatSeconds = (ms: number): string => `${Math.max(0, Math.ceil(ms / 1000))} s`;

function renderPrompt(prompt: OperatorPrompt, elapsedMs: number, width: number, c: Colours): string {
  const { what, which, timeoutMs } = prompt;
  const time = timeoutMs === undefined ? '' : renderCountdown(timeoutMs, timeoutMs - elapsedMs, width, c);
  const textWidth = width - visibleLength(pointer) - 4 - (time ? visibleLength(time) + 2 : 0);
  const action = toOneLine(what);
  const text = truncate(`${action}  ${toOneLine(which)}`, textWidth);
  const coloured = c.bold(c.yellow(text.slice(0, action.length))) + text.slice(action.length);
  return `  ${c.yellow(pointer)} ${time ? `${padEnd(coloured, textWidth)}  ${time}` : coloured}`;
}

/** The seconds that are left, after a bar where the terminal is wide enough. */
function renderCountdown(totalMs: number, leftMs: number, width: number, c: Colours): string {
  const colour = leftMs <= urgentMs ? c.red : c.yellow;
  const left = padStart(colour(formatSeconds(leftMs)), 5);
  if (width < minWidthForBar) return left;
  const filled = Math.round(Math.min(1, Math.max(0, leftMs / totalMs)) * barWidth);
  return `${colour('━'.repeat(filled))}${c.dim('─'.repeat(barWidth - filled))} ${left}`;
}
