import { describe, expect, it } from 'vitest';
import { toHex } from '#base/bytes.ts';
import { encode } from '#protocol/cbor.ts';
import type { WireExchange } from '#result/transcript.ts';
import { sampleCase } from '../testing/sample-runs.ts';
import { decodeExchange } from './decode-wire.ts';

function exchangeOf(command: string): WireExchange {
  const exchange = sampleCase().wire.find((each) => each.command === command);
  if (!exchange) throw new Error(`The sample case has no exchange ${command}`);
  return exchange;
}

describe('decodeExchange', () => {
  it('shows member names and decodes authenticator data', () => {
    const { request, response } = decodeExchange(exchangeOf('authenticatorMakeCredential'));
    expect(request).toContain('rp: {id: "contoso.test", name: "Contoso"}');
    expect(request).toContain('options: {rk: true}');
    expect(response).toContain('flags: ["UP", "UV", "AT", "ED"]');
    expect(response).toContain('/ 2fc0579f-8113-47ea-b116-bb5a8db9202a /');
    expect(response).toContain('credentialPublicKey: {');
  });

  it('returns no request text for a command without parameters', () => {
    expect(decodeExchange(exchangeOf('authenticatorGetInfo'))).toEqual({
      response: expect.stringContaining('versions: ["U2F_V2"'),
    });
  });

  it('shows plain diagnostic notation when members are unknown', () => {
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
  ])('does not throw for %s', (_, request, expected) => {
    expect(decodeExchange({ request })).toEqual(expected);
  });
});
