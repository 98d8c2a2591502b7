import { expect, test } from 'vitest';
import { concat, toHex } from '#base/bytes.ts';
import type { CborValue } from '#protocol/cbor.ts';
import { encode } from '#protocol/cbor.ts';
import { summarizeExchange } from './exchange-summary.ts';

const request = (code: number, parameters: [number, CborValue][]) =>
  toHex(concat(new Uint8Array([code]), encode(new Map(parameters))));
const rest = { atMs: 0, keepalives: [] };

test.each([
  [
    {
      command: 'authenticatorMakeCredential',
      status: 'CTAP2_OK',
      durationMs: 3.14,
      request: request(1, [[2, new Map([['id', 'contoso.test']])]]),
    },
    { command: 'makeCredential', rpId: 'contoso.test', outcome: 'OK', succeeded: true, duration: '3.1 ms' },
  ],
  [
    {
      command: 'authenticatorGetAssertion',
      status: 'CTAP2_ERR_NO_CREDENTIALS',
      durationMs: 12.3,
      request: request(2, [[1, 'a\u001b[2Jb']]),
    },
    { command: 'getAssertion', rpId: 'a?[2Jb', outcome: 'NO_CREDENTIALS', succeeded: false, duration: '12 ms' },
  ],
  [
    {
      command: 'authenticatorClientPIN',
      subCommand: 'getKeyAgreement',
      status: 'CTAP2_OK',
      durationMs: 1,
      request: request(6, [[2, 2]]),
    },
    { command: 'clientPIN getKeyAgreement', rpId: '', outcome: 'OK', succeeded: true, duration: '1.0 ms' },
  ],
  [
    { command: 'authenticatorMakeCredential', transportError: 'disconnected', durationMs: 31_000, request: '01ff' },
    { command: 'makeCredential', rpId: '', outcome: 'disconnected', succeeded: false, duration: '31.0 s' },
  ],
  [
    { command: '0x7f', status: 'CTAP1_ERR_INVALID_COMMAND', durationMs: 0, request: '7f' },
    { command: '0x7f', rpId: '', outcome: 'INVALID_COMMAND', succeeded: false, duration: '0.0 ms' },
  ],
  [
    { command: 'U2F_REGISTER', status: '0x6985', durationMs: 0, request: '0001' },
    { command: 'U2F_REGISTER', rpId: '', outcome: '0x6985', succeeded: false, duration: '0.0 ms' },
  ],
])('summarizes %j', (exchange, summary) => {
  expect(summarizeExchange({ ...exchange, ...rest })).toEqual(summary);
});
