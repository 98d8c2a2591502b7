/** The terminal view of `touchstone emulate`: one line per exchange, and a status line with the key's state and the available key presses. */
import pc from 'picocolors';
import { summarizeExchange } from './exchange-summary.ts';
import type { GestureRequest } from './gesture-controller.ts';
import type { ServedKeyEvents, ServedKeySession } from './served-key-session.ts';

export interface Terminal {
  write(text: string): void;
  /** Width of the terminal. Undefined if the output goes to a file or a pipe: then there is no status line. */
  columns(): number | undefined;
  /** The current time, for the time of day on each line. */
  now(): Date;
}

const prompts: Record<GestureRequest['kind'], string> = {
  presence: 'touch?',
  'long-touch': 'long touch?',
  verification: 'finger?',
  enrollment: 'new finger?',
};
const powerTexts = { on: 'plugged in', off: 'unplugged', cycle: 'power cycled' } as const;

export class LiveView {
  readonly #terminal: Terminal;
  #keys: readonly ServedKeySession[] = [];
  /** The key that key presses control. */
  #selected: ServedKeySession | undefined;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** Begins to show the status line, if the output is a terminal. */
  start(keys: readonly ServedKeySession[]): void {
    this.#keys = keys;
    this.#selected = keys[0];
    this.#drawStatus();
  }

  /** Handles a key press. Returns true if the user quits. */
  press(pressed: string): boolean {
    if (pressed === 'q' || pressed === '\u0003') return true;
    this.#select(this.#keys.find(({ id }) => id === pressed));
    const key = this.#selected;
    if (!key) return false;
    const { pendingRequest } = key.gestures;
    if (pressed === 't' && pendingRequest) key.gestures.perform('touch');
    if (pressed === 'd' && pendingRequest) key.gestures.perform('deny');
    if (pressed === 'f' && pendingRequest && key.readsFingerprints) key.gestures.perform('unknown-finger');
    if (pressed === 'u') key.unplug();
    if (pressed === 'r') key.replug();
    return false;
  }

  /** Returns the listener for the events of the key with this number. */
  createEvents(id: string): ServedKeyEvents {
    return {
      onExchange: (exchange) => {
        const { command, rpId, outcome, succeeded, duration } = summarizeExchange(exchange);
        const colour = succeeded ? pc.green : pc.yellow;
        const result = `${pc.dim(duration.padStart(8))}  ${colour(outcome.padEnd(20))}`;
        const relyingParty = rpId === '' ? '' : `  ${pc.cyan(rpId)}`;
        this.#writeLine(id, `${result}  ${command}${relyingParty}`);
      },
      onGestureRequest: (request) => {
        if (request && !this.#selected?.gestures.pendingRequest) this.#select(this.#keys.find((key) => key.id === id));
        this.#drawStatus();
      },
      onPower: (power) => this.#writeLine(id, pc.magenta(powerTexts[power])),
      onWink: () => this.#writeLine(id, pc.magenta('wink')),
    };
  }

  /** Removes the status line. */
  clear(): void {
    if (this.#terminal.columns() !== undefined) this.#terminal.write('\r\u001b[2K');
  }

  #select(key: ServedKeySession | undefined): void {
    if (!key) return;
    this.#selected = key;
    this.#drawStatus();
  }

  #writeLine(id: string, text: string): void {
    const number = this.#keys.length > 1 ? `${pc.bold(id)}  ` : '';
    this.clear();
    this.#terminal.write(`${pc.dim(timeOfDay(this.#terminal.now()))}  ${number}${text.trimEnd()}\n`);
    this.#drawStatus();
  }

  #drawStatus(): void {
    const columns = this.#terminal.columns();
    if (columns === undefined || !this.#selected) return;
    const { pendingRequest } = this.#selected.gestures;
    const help = this.#help(this.#selected);
    const stateWidth = columns - help.length - 4;
    const state = this.#state(this.#selected).slice(0, Math.max(stateWidth, columns - 2));
    const colour = pendingRequest ? pc.inverse : pc.bold;
    this.clear();
    this.#terminal.write(` ${colour(state)}${state.length <= stateWidth ? `  ${pc.dim(help)}` : ''}`);
  }

  #state({ id, label, plugged, gestures: { pendingRequest } }: ServedKeySession): string {
    const state = !plugged
      ? 'unplugged'
      : pendingRequest
        ? `${prompts[pendingRequest.kind]} ${pendingRequest.rpId ?? ''}`
        : 'ready';
    return (this.#keys.length > 1 ? `${id} ${label}: ${state}` : state).trimEnd();
  }

  /** Lists the key presses that have an effect now. */
  #help({ plugged, readsFingerprints, gestures: { pendingRequest } }: ServedKeySession): string {
    const actions = [
      ...(pendingRequest ? ['t touch', 'd deny'] : []),
      ...(pendingRequest && readsFingerprints ? ['f wrong finger'] : []),
      plugged ? 'u unplug' : 'r replug',
      ...(this.#keys.length > 1 ? [`1-${this.#keys.length} select`] : []),
      'q quit',
    ];
    return actions.join('  ');
  }
}

const timeOfDay = (date: Date): string => date.toTimeString().slice(0, 8);
