/**
 * The CTAP exchanges of a sample registration: getInfo, key agreement, PIN token, makeCredential. Valid CBOR, invented values. What is
 * random in a real ceremony differs in each one, so that reports compress as real ones do.
 */
import { concat, fromHex, toHex, utf8 } from '#base/bytes.ts';
import { type CborMap, type CborValue, encode } from '#protocol/cbor.ts';
import { sha256 } from '#protocol/crypto.ts';
import type { NextNumber } from '#result/seeded-numbers.ts';
import type { Span } from '#result/timeline.ts';
import type { WireExchange } from '#result/transcript.ts';

const map = (...entries: [number | string, CborValue][]): CborMap => new Map<CborValue, CborValue>(entries) as CborMap;

const aaguid = fromHex('2fc0579f811347eab116bb5a8db9202a');

/** Returns the same 32 bytes for the same name in one ceremony. */
type Random32 = (name: string) => Uint8Array;

const coseKey = (algorithm: number, random: Random32, name: string) =>
  map([1, 2], [3, algorithm], [-1, 1], [-2, random(`${name} x`)], [-3, random(`${name} y`)]);

interface Messages {
  request: Uint8Array;
  response: Uint8Array;
}

const getInfo: Messages = {
  request: fromHex('04'),
  response: encode(
    map(
      [1, ['U2F_V2', 'FIDO_2_0', 'FIDO_2_1']],
      [2, ['credProtect', 'hmac-secret']],
      [3, aaguid],
      [4, map(['rk', true], ['clientPin', true], ['pinUvAuthToken', true])],
      [5, 1200],
      [6, [2, 1]],
    ),
  ),
};

const getKeyAgreement = (random: Random32): Messages => ({
  request: concat(fromHex('06'), encode(map([1, 2], [2, 2]))),
  response: encode(map([1, coseKey(-25, random, 'authenticator')])),
});

const getPinToken = (random: Random32): Messages => ({
  request: concat(
    fromHex('06'),
    encode(
      map([1, 2], [2, 9], [3, coseKey(-25, random, 'platform')], [6, random('pin')], [9, 1], [10, 'contoso.test']),
    ),
  ),
  response: encode(map([2, concat(random('token'), random('token2').slice(0, 16))])),
});

function makeCredential(random: Random32, model: string): Messages {
  const parameters = map(
    [1, random('clientDataJSON')],
    [2, map(['id', 'contoso.test'], ['name', 'Contoso'])],
    [3, map(['id', utf8('user-1')], ['name', 'qa@contoso.test'], ['displayName', 'QA'])],
    [4, [map(['alg', -7], ['type', 'public-key'])]],
    [6, map(['credProtect', 2])],
    [7, map(['rk', true])],
    [8, random('param')],
    [9, 2],
  );
  const authData = concat(
    sha256('contoso.test'),
    fromHex('c500000001'),
    aaguid,
    fromHex('0020'),
    random('credential'),
    encode(coseKey(-7, random, 'credential')),
    encode(map(['credProtect', 2])),
  );
  const signature = concat(random('r'), random('s'));
  const statement = map(['alg', -7], ['sig', signature], ['x5c', [batchCertificate(model)]]);
  return {
    request: concat(fromHex('01'), encode(parameters)),
    response: encode(map([1, 'packed'], [2, authData], [3, statement])),
  };
}

/** All keys of a model have the same certificate. */
const batchCertificate = (model: string): Uint8Array =>
  concat(...Array.from({ length: 20 }, (_, part) => sha256(`${model} ${part}`)));

/** Returns one exchange for each span of the authenticator. */
export function sampleWire(spans: readonly Span[], model: string, next: NextNumber): WireExchange[] {
  const ceremony = next();
  const random: Random32 = (name) => sha256(`${ceremony} ${name}`);
  return spans.flatMap(({ phase, label, startMs, durationMs }) => {
    const times = { atMs: startMs, durationMs };
    if (phase === 'get-info') return [exchange('authenticatorGetInfo', getInfo, times)];
    if (phase === 'make-credential') {
      const made = exchange('authenticatorMakeCredential', makeCredential(random, model), times);
      return [{ ...made, keepalives: ['processing', 'upneeded', 'upneeded', 'upneeded'] }];
    }
    if (phase !== 'pin') return [];
    const messages = label === 'getKeyAgreement' ? getKeyAgreement(random) : getPinToken(random);
    return [{ ...exchange('authenticatorClientPIN', messages, times), subCommand: label }];
  });
}

const exchange = (
  command: string,
  { request, response }: Messages,
  times: Pick<WireExchange, 'atMs' | 'durationMs'>,
): WireExchange => ({
  ...times,
  command,
  request: toHex(request),
  response: `00${toHex(response)}`,
  status: 'CTAP2_OK',
  keepalives: [],
});
