import { describe, expect, it } from 'vitest';
import { toHex } from '#base/bytes.ts';
import { encode } from '#protocol/cbor.ts';
import { fixtureRun } from '../testing/sample-runs.ts';
import { decodeExchange } from './decode-wire.ts';

const exchangeOf = (command: string) =>
  fixtureRun()
    .cases.flatMap(({ wire }) => wire)
    .find((exchange) => exchange.command === command)!;

describe('decoded transcript', () => {
  it('names the members of a request and takes authenticator data apart', () => {
    const { request, response } = decodeExchange(exchangeOf('authenticatorMakeCredential'));
    expect(request).toContain('rp: {id: "contoso.test", name: "Contoso"}');
    expect(request).toContain('options: {rk: true}');
    expect(response).toContain('flags: ["UP", "UV", "AT", "ED"]');
    expect(response).toContain('/ 2fc0579f-8113-47ea-b116-bb5a8db9202a /');
    expect(response).toContain('credentialPublicKey: {');
  });

  it('says nothing of a command without parameters', () => {
    expect(decodeExchange(exchangeOf('authenticatorGetInfo'))).toEqual({
      response: expect.stringContaining('versions: ["U2F_V2"'),
    });
  });

  it('falls back to plain notation when members are unknown', () => {
    const request = `06${toHex(
      encode(
        new Map([
          [1, 2],
          [2, 2],
          [99, 7],
        ]),
      ),
    )}`;
    expect(decodeExchange({ request }).request).toBe('{1: 2, 2: 2, 99: 7}');
  });

  it.each([
    ['an empty message', '', {}],
    ['a masked secret', '01a1•••', {}],
    ['half a byte', '0', {}],
    ['a vendor command', 'bfa10102', { request: '{1: 2}' }],
    ['a truncated map', '01a20102', { request: expect.stringContaining("h'a20102'") }],
    [
      'a key that is not canonical',
      'bfa1190001f5',
      { request: expect.stringMatching(/^\/ .* at byte \d+ \/\n\{1: true\}$/) },
    ],
  ])('never throws: %s', (_, request, expected) => {
    expect(decodeExchange({ request })).toEqual(expected);
  });
});
