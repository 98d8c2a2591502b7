/** What a key was asked and answered, numbered from 1, the last thousand. */
import type { WireExchange } from '#result/transcript.ts';

const most = 1000;

export interface LoggedExchange extends WireExchange {
  number: number;
  /** When it had ended, ISO 8601. */
  endedAt: string;
}

export class ExchangeLog {
  #exchanges: LoggedExchange[] = [];
  #count = 0;

  add(exchange: WireExchange, endedAt: Date): void {
    this.#exchanges.push({ number: ++this.#count, endedAt: endedAt.toISOString(), ...exchange });
    if (this.#exchanges.length > most) this.#exchanges.shift();
  }

  /** Those with a higher number that are still there. */
  after(number: number): readonly LoggedExchange[] {
    return this.#exchanges.filter((each) => each.number > number);
  }

  /** Forgets them; numbers go on. */
  clear(): void {
    this.#exchanges = [];
  }
}
