/** The last thousand exchanges of a key, numbered from 1. */
import type { WireExchange } from '#result/transcript.ts';

const maxExchanges = 1000;

export interface LoggedExchange extends WireExchange {
  number: number;
  /** Time of the end of the exchange, ISO 8601. */
  endedAt: string;
}

export class ExchangeLog {
  #exchanges: LoggedExchange[] = [];
  #count = 0;

  add(exchange: WireExchange, endedAt: Date): void {
    this.#exchanges.push({ number: ++this.#count, endedAt: endedAt.toISOString(), ...exchange });
    if (this.#exchanges.length > maxExchanges) this.#exchanges.shift();
  }

  /** Returns the exchanges with a number greater than `number`. */
  after(number: number): readonly LoggedExchange[] {
    return this.#exchanges.filter((each) => each.number > number);
  }

  /** Deletes all exchanges. The numbers of later exchanges continue. */
  clear(): void {
    this.#exchanges = [];
  }
}
