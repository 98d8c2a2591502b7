/** Defects in the encoding of responses: each violates the CBOR rule in its row, or changes exactly one member of getInfo. */
import { describe, expect, it } from 'vitest';
import { type CborMap, encode } from '#protocol/cbor.ts';
import { type CborRule, decode, inspect } from '#protocol/cbor-reader.ts';
import { commands } from '#protocol/commands.ts';
import type { DefectId } from '../index.ts';
import type { cborDefects } from './cbor.ts';
import { getInfoDefects } from './get-info.ts';
import { AuthenticatorUnderTest } from './testing/authenticator-under-test.ts';

const getInfoBodyWith = async (...defects: DefectId[]) =>
  (await new AuthenticatorUnderTest(defects).getInfoBytes()).subarray(1);
const isGetInfoResponse = (body: Uint8Array) => {
  try {
    commands.authenticatorGetInfo.response.parse(decode(body));
    return true;
  } catch {
    return false;
  }
};

/** The rule that a strict reader reports; `members` means valid CBOR that is not a getInfo response. */
const violatedRules: Record<keyof typeof cborDefects, CborRule | 'members'> = {
  'cbor.map-head-long': 'non-minimal',
  'cbor.integer-long': 'non-minimal',
  'cbor.unsorted': 'unsorted',
  'cbor.duplicate-key': 'duplicate-key',
  'cbor.indefinite-map': 'indefinite',
  'cbor.indefinite-string': 'indefinite',
  'cbor.tag': 'tag',
  'cbor.float': 'float',
  'cbor.undefined': 'simple',
  'cbor.reserved': 'reserved',
  'cbor.bad-utf8': 'utf8',
  'cbor.depth': 'depth',
  'cbor.length-bomb': 'truncated',
  'cbor.bytes-as-key': 'key-type',
  'cbor.text-keys': 'members',
  'cbor.list': 'members',
  'cbor.empty-map': 'members',
  'cbor.trailing': 'trailing',
  'cbor.truncated': 'truncated',
};

describe('cbor defects', () => {
  it.each(Object.entries(violatedRules))('%s violates the rule %s', async (id, rule) => {
    const body = await getInfoBodyWith(id as DefectId);
    const [finding] = inspect(body).findings;
    expect(finding?.rule ?? 'members').toBe(rule);
    expect(isGetInfoResponse(body), 'a strict client accepts it').toBe(false);
  });

  it('the response is canonical without defects', async () => {
    const body = await getInfoBodyWith();
    expect([inspect(body).findings, isGetInfoResponse(body)]).toEqual([[], true]);
  });
});

describe('getinfo defects', () => {
  /** These defects change nothing in an authenticator with a PIN, so they are tested without a PIN. */
  const withoutPin: readonly string[] = ['getinfo.client-pin-claimed'];

  it.each(Object.keys(getInfoDefects))('%s changes exactly one member', async (id) => {
    const options = withoutPin.includes(id) ? { pin: undefined } : {};
    const read = async (defects: DefectId[]) =>
      decode((await new AuthenticatorUnderTest(defects, options).getInfoBytes()).subarray(1)) as CborMap;
    const [clean, wrong] = [await read([]), await read([id as DefectId])];
    const bytes = (map: CborMap, key: number) => {
      const value = map.get(key);
      return value === undefined ? '' : Buffer.from(encode(value)).toString('hex');
    };
    const keys = [...new Set([...clean.keys(), ...wrong.keys()])] as number[];
    expect(keys.filter((key) => bytes(clean, key) !== bytes(wrong, key))).toHaveLength(1);
  });

  it.each<DefectId>([
    'getinfo.versions-missing',
    'getinfo.versions-text',
    'getinfo.aaguid-missing',
    'getinfo.aaguid-short',
    'getinfo.options-list',
    'getinfo.option-not-boolean',
  ])('%s makes the getInfo response invalid', async (id) => {
    expect(isGetInfoResponse(await getInfoBodyWith(id))).toBe(false);
  });
});
