import { expect, it } from 'vitest';
import { ExchangeLog } from './exchange-log.ts';

const exchange = { atMs: 0, durationMs: 1, command: 'authenticatorGetInfo', request: '04', keepalives: [] };

it('keeps the last thousand exchanges with their numbers', () => {
  const log = new ExchangeLog();
  for (let count = 0; count < 1200; count++) log.add(exchange, new Date(0));
  expect(log.after(0).map(({ number }) => number)).toEqual(Array.from({ length: 1000 }, (_, at) => at + 201));
  expect(log.after(1199)).toEqual([{ ...exchange, number: 1200, endedAt: '1970-01-01T00:00:00.000Z' }]);
});
