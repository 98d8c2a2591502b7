/** The terminal beside an emulated key: a line for each exchange, below it what the key waits for and which keys act. */
import pc from 'picocolors';
import type { WireExchange } from '#result/transcript.ts';
import { exchangeLine } from './exchange-line.ts';
import type { OnlineKey, OnlineKeyEvents } from './online-key.ts';

export interface Terminal {
  write(text: string): void;
  /** Undefined where lines go to a file or a pipe: then no status line is drawn. */
  columns(): number | undefined;
  /** The time of day of a line. */
  now(): Date;
}

export class LiveView implements OnlineKeyEvents {
  readonly #terminal: Terminal;
  #waiting: { rpId: string | undefined } | undefined;
  #key: OnlineKey | undefined;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** From now on there is a status line, where lines go to a terminal. */
  start(key: OnlineKey): void {
    this.#key = key;
    this.#drawStatus();
  }

  /** The answer to a key press; true when the program shall end. */
  press(key: string): boolean {
    if (key === 'q' || key === '\u0003') return true;
    if (key === 't' && this.#waiting) this.#key?.touch();
    if (key === 'd' && this.#waiting) this.#key?.deny();
    if (key === 'u' && this.#key?.plugged) this.#note('unplugged', () => this.#key?.unplug());
    if (key === 'r' && this.#key?.plugged === false) this.#note('plugged in', () => this.#key?.replug());
    return false;
  }

  onExchange(exchange: WireExchange): void {
    const { what, rpId, outcome, succeeded, duration } = exchangeLine(exchange);
    const colour = succeeded ? pc.green : pc.yellow;
    const result = `${pc.dim(duration.padStart(8))}  ${colour(outcome.padEnd(20))}`;
    this.#line(`${result}  ${what}  ${pc.cyan(rpId)}`);
  }

  onWaiting(waiting: { rpId: string | undefined } | undefined): void {
    this.#waiting = waiting;
    this.#drawStatus();
  }

  onWink(): void {
    this.#line(pc.magenta('wink'));
  }

  /** Takes the status line away. */
  end(): void {
    if (this.#terminal.columns() !== undefined) this.#terminal.write('\r\u001b[2K');
  }

  #note(text: string, act: () => void): void {
    act();
    this.#line(pc.magenta(text));
  }

  #line(text: string): void {
    this.end();
    this.#terminal.write(`${pc.dim(timeOfDay(this.#terminal.now()))}  ${text.trimEnd()}\n`);
    this.#drawStatus();
  }

  #drawStatus(): void {
    const columns = this.#terminal.columns();
    if (columns === undefined || !this.#key) return;
    const state = !this.#key.plugged ? 'unplugged' : this.#waiting ? `touch? ${this.#waiting.rpId ?? ''}` : 'ready';
    const colour = this.#waiting ? pc.inverse : pc.bold;
    const keys = 't touch  d deny  u unplug  r replug  q quit';
    const room = Math.max(0, columns - keys.length - 4);
    this.end();
    this.#terminal.write(` ${colour(state.trimEnd().slice(0, room))}  ${room > 0 ? pc.dim(keys) : ''}`);
  }
}

const timeOfDay = (date: Date): string => date.toTimeString().slice(0, 8);
