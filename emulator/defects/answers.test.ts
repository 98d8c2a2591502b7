/** Defects in the bytes of answers: each breaks the rule of CBOR that it names, or changes the one member of getInfo. */
import { describe, expect, it } from 'vitest';
import { type CborMap, encode } from '#protocol/cbor.ts';
import { type CborRule, decode, inspect } from '#protocol/cbor-reader.ts';
import { commands } from '#protocol/commands.ts';
import type { DefectId } from '../index.ts';
import type { cborDefects } from './cbor.ts';
import { getInfoDefects } from './get-info.ts';
import { Subject } from './testing/subject.ts';

const bodyWith = async (...defects: DefectId[]) => (await new Subject(defects).rawInfo()).subarray(1);
const readsAsInfo = (body: Uint8Array) => {
  try {
    commands.authenticatorGetInfo.response.parse(decode(body));
    return true;
  } catch {
    return false;
  }
};

/** The rule that a strict reader reports; `members`: good CBOR that is no answer to getInfo. */
const broken: Record<keyof typeof cborDefects, CborRule | 'members'> = {
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

describe('CBOR', () => {
  it.each(Object.entries(broken))('%s breaks the rule %s', async (id, rule) => {
    const body = await bodyWith(id as DefectId);
    const [finding] = inspect(body).findings;
    expect(finding?.rule ?? 'members').toBe(rule);
    expect(readsAsInfo(body), 'a strict client reads it').toBe(false);
  });

  it('is canonical without defects', async () => {
    const body = await bodyWith();
    expect([inspect(body).findings, readsAsInfo(body)]).toEqual([[], true]);
  });
});

describe('getInfo', () => {
  /** Rows that tell the truth by chance for an authenticator with a PIN: shown with one without. */
  const withoutPin: readonly string[] = ['getinfo.client-pin-claimed'];

  it.each(Object.keys(getInfoDefects))('%s changes one member', async (id) => {
    const options = withoutPin.includes(id) ? { pin: undefined } : {};
    const read = async (defects: DefectId[]) =>
      decode((await new Subject(defects, options).rawInfo()).subarray(1)) as CborMap;
    const [clean, wrong] = [await read([]), await read([id as DefectId])];
    const bytes = (map: CborMap, key: number) =>
      map.has(key) ? Buffer.from(encode(map.get(key)!)).toString('hex') : '';
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
  ])('%s is no getInfo answer', async (id) => {
    expect(readsAsInfo(await bodyWith(id))).toBe(false);
  });
});
