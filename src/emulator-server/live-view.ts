/** The terminal beside emulated keys: a line for each exchange, below it what a key waits for and which keys of the keyboard act. */
import pc from 'picocolors';
import { exchangeLine } from './exchange-line.ts';
import type { Question } from './gesture-controller.ts';
import type { OnlineKey, OnlineKeyEvents } from './served-key-session.ts';

export interface Terminal {
  write(text: string): void;
  /** Undefined where lines go to a file or a pipe: then no status line is drawn. */
  columns(): number | undefined;
  /** The time of day of a line. */
  now(): Date;
}

const questions: Record<Question['kind'], string> = {
  presence: 'touch?',
  'long-touch': 'long touch?',
  verification: 'finger?',
  enrollment: 'new finger?',
};
const powers = { on: 'plugged in', off: 'unplugged', cycle: 'power cycled' } as const;

export class LiveView {
  readonly #terminal: Terminal;
  #keys: readonly OnlineKey[] = [];
  /** The key that the keyboard acts on. */
  #chosen: OnlineKey | undefined;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** From now on there is a status line, where lines go to a terminal. */
  start(keys: readonly OnlineKey[]): void {
    this.#keys = keys;
    this.#chosen = keys[0];
    this.#drawStatus();
  }

  /** The answer to a key press; true when the program shall end. */
  press(pressed: string): boolean {
    if (pressed === 'q' || pressed === '\u0003') return true;
    this.#choose(this.#keys.find(({ id }) => id === pressed));
    const key = this.#chosen;
    if (!key) return false;
    const { question } = key.hands;
    if (pressed === 't' && question) key.hands.make('touch');
    if (pressed === 'd' && question) key.hands.make('deny');
    if (pressed === 'f' && question && key.readsFingerprints) key.hands.make('unknown-finger');
    if (pressed === 'u') key.unplug();
    if (pressed === 'r') key.replug();
    return false;
  }

  /** What happens to the key with this number. */
  eventsOf(id: string): OnlineKeyEvents {
    return {
      onExchange: (exchange) => {
        const { what, rpId, outcome, succeeded, duration } = exchangeLine(exchange);
        const colour = succeeded ? pc.green : pc.yellow;
        const result = `${pc.dim(duration.padStart(8))}  ${colour(outcome.padEnd(20))}`;
        const whom = rpId === '' ? '' : `  ${pc.cyan(rpId)}`;
        this.#line(id, `${result}  ${what}${whom}`);
      },
      onQuestion: (question) => {
        if (question && !this.#chosen?.hands.question) this.#choose(this.#keys.find((key) => key.id === id));
        this.#drawStatus();
      },
      onPower: (power) => this.#line(id, pc.magenta(powers[power])),
      onWink: () => this.#line(id, pc.magenta('wink')),
    };
  }

  /** Takes the status line away. */
  end(): void {
    if (this.#terminal.columns() !== undefined) this.#terminal.write('\r\u001b[2K');
  }

  #choose(key: OnlineKey | undefined): void {
    if (!key) return;
    this.#chosen = key;
    this.#drawStatus();
  }

  #line(id: string, text: string): void {
    const number = this.#keys.length > 1 ? `${pc.bold(id)}  ` : '';
    this.end();
    this.#terminal.write(`${pc.dim(timeOfDay(this.#terminal.now()))}  ${number}${text.trimEnd()}\n`);
    this.#drawStatus();
  }

  #drawStatus(): void {
    const columns = this.#terminal.columns();
    if (columns === undefined || !this.#chosen) return;
    const { question } = this.#chosen.hands;
    const keys = this.#help(this.#chosen);
    const room = columns - keys.length - 4;
    const state = this.#state(this.#chosen).slice(0, Math.max(room, columns - 2));
    const colour = question ? pc.inverse : pc.bold;
    this.end();
    this.#terminal.write(` ${colour(state)}${state.length <= room ? `  ${pc.dim(keys)}` : ''}`);
  }

  #state({ id, label, plugged, hands: { question } }: OnlineKey): string {
    const state = !plugged ? 'unplugged' : question ? `${questions[question.kind]} ${question.rpId ?? ''}` : 'ready';
    return (this.#keys.length > 1 ? `${id} ${label}: ${state}` : state).trimEnd();
  }

  /** The keys that do something just now. */
  #help({ plugged, readsFingerprints, hands: { question } }: OnlineKey): string {
    const help = [
      ...(question ? ['t touch', 'd deny'] : []),
      ...(question && readsFingerprints ? ['f wrong finger'] : []),
      plugged ? 'u unplug' : 'r replug',
      ...(this.#keys.length > 1 ? [`1-${this.#keys.length} choose`] : []),
      'q quit',
    ];
    return help.join('  ');
  }
}

const timeOfDay = (date: Date): string => date.toTimeString().slice(0, 8);
