/** What a stored authenticator remembers, and what it refuses to read. */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { utf8 } from '#base/bytes.ts';
import { UsageError } from '#base/errors.ts';
import { parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import { type AuthenticatorOptions, createAuthenticator, FileJournal, type PersistentStore } from '../index.ts';
import { rpId, TestPlatform } from '../testing/test-platform.ts';

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'touchstone-state-'));
  path = join(directory, 'key.state');
});
afterEach(() => rmSync(directory, { recursive: true }));

const platformFor = (options: Partial<AuthenticatorOptions> = {}) =>
  new TestPlatform(createAuthenticator({ persona: 'touchstone-key', ...options }));
async function register(platform: TestPlatform, name: string, rk = true) {
  const { response } = await platform.makeCredential({ options: { rk }, user: { id: utf8(name), name } });
  return parseAuthenticatorData(response.authData).attestedCredentialData!.credentialId;
}
const assertionStatus = async (platform: TestPlatform, id: Uint8Array) =>
  (await platform.getAssertion({ allowList: [{ id, type: 'public-key' }] })).status;

/** A store without a file, which counts what is asked of it and fails when told to. */
class MemoryStore implements PersistentStore {
  readonly kept: string[] = [];
  overgrown = false;
  isFull = false;
  records = () => [...this.kept];
  append(record: string): void {
    if (this.isFull) throw new Error('no space left');
    this.kept.push(record);
  }
  replace(record: string): void {
    this.kept.splice(0, this.kept.length, record);
  }
  close(): void {}
}

describe('a stored authenticator', () => {
  it('knows its credentials, its PIN and its counters again', async () => {
    const before = platformFor({ state: path });
    const ids = [await register(before, 'a'), await register(before, 'b'), await register(before, 'c', false)];
    await before.setPin(2, '1234');
    await before.pinToken(2, '0000');
    const after = platformFor({ state: path });
    expect(after.authenticator.inspect()).toEqual(before.authenticator.inspect());
    for (const id of ids) expect(await assertionStatus(after, id)).toBe('CTAP2_OK');
    expect((await after.pinToken(2, '1234')).status).toBe('CTAP2_OK');
    expect(platformFor({ state: path }).authenticator.inspect().signCounter).toBe(6);
  });

  it('forgets all with a reset, for good', async () => {
    const platform = platformFor({ state: path, pin: '1234' });
    const id = await register(platform, 'c', false);
    expect(await platform.sendRaw('authenticatorReset')).toBe('CTAP2_OK');
    const after = platformFor({ state: path });
    expect(after.authenticator.inspect()).toMatchObject({ pin: 'unset', credentials: [], signCounter: 0 });
    expect(await assertionStatus(after, id)).toBe('CTAP2_ERR_NO_CREDENTIALS');
  });

  it('writes the fallen retry counter before it compares, and once more with the answer', async () => {
    const store = new MemoryStore();
    const platform = platformFor({ state: store, pin: '1234' });
    await platform.pinToken(2, '1234');
    const [, spent, restored] = store.kept.map((record) => JSON.parse(record).set?.pinRetries);
    expect([spent, restored]).toEqual([7, 8]);
  });

  it('answers an error while nothing can be written, and catches up later', async () => {
    const store = new MemoryStore();
    const platform = platformFor({ state: store });
    store.isFull = true;
    expect((await platform.makeCredential({ options: { rk: true } })).status).toBe('CTAP1_ERR_OTHER');
    store.isFull = false;
    expect((await platform.makeCredential({ options: { rk: true } })).status).toBe('CTAP2_OK');
    expect(platformFor({ state: store }).authenticator.inspect()).toEqual(platform.authenticator.inspect());
  });

  it('writes nothing when nothing changes, and starts over when the store has overgrown', async () => {
    const store = new MemoryStore();
    const platform = platformFor({ state: store });
    await platform.send('authenticatorGetInfo');
    expect(store.kept).toHaveLength(1);
    for (const name of ['a', 'b', 'a']) await register(platform, name);
    expect(store.kept).toHaveLength(4);
    expect(platformFor({ state: store }).authenticator.inspect()).toEqual(platform.authenticator.inspect());
    store.overgrown = true;
    await register(platform, 'c');
    expect(store.kept).toHaveLength(1);
    expect(platformFor({ state: store }).authenticator.inspect().credentials).toHaveLength(3);
  });
});

describe('the journal', () => {
  it('cut off at any byte holds every record that was whole by then', () => {
    const journal = new FileJournal(path);
    const records = ['{"first":1}', 'second', 'déjà vu', 'last'];
    for (const record of records) journal.append(record);
    const whole = readFileSync(path);
    const ends = [...whole.keys()].filter((at) => whole[at] === 0x0a).map((at) => at + 1);
    for (let cut = ends[0]!; cut <= whole.length; cut++) {
      const torn = join(directory, 'torn');
      writeFileSync(torn, whole.subarray(0, cut));
      const reopened = new FileJournal(torn);
      expect(reopened.records()).toEqual(records.slice(0, ends.filter((end) => end <= cut).length));
      reopened.append('next');
      expect(new FileJournal(torn).records().at(-1)).toBe('next');
      reopened.close();
    }
    journal.close();
  });

  it('is one whole line after compaction', () => {
    const journal = new FileJournal(path);
    journal.append('first');
    for (let number = 0; number < 100; number++) journal.append('x'.repeat(10_000));
    expect(journal.overgrown).toBe(true);
    journal.replace('small');
    expect(journal.overgrown).toBe(false);
    journal.append('more');
    expect(new FileJournal(path).records()).toEqual(['small', 'more']);
  });

  it('refuses a foreign file, and damage before the end', () => {
    writeFileSync(path, 'PNG...');
    expect(() => new FileJournal(path)).toThrow(UsageError);
    const good = join(directory, 'good');
    const journal = new FileJournal(good);
    for (const record of ['one', 'two', 'three']) journal.append(record);
    copyFileSync(good, path);
    const bytes = readFileSync(path);
    bytes[bytes.indexOf('two')]! ^= 1;
    writeFileSync(path, bytes);
    expect(() => new FileJournal(path)).toThrow(/damaged at byte \d+/);
  });
});

describe('export and import', () => {
  it('gives an authenticator with the same keys, through JSON', async () => {
    const before = platformFor({ pin: '1234', minPinLengthRpIds: [rpId] });
    const id = await register(before, 'a', false);
    const importedState = JSON.parse(JSON.stringify(before.authenticator.exportState()));
    const after = platformFor({ importedState });
    expect(after.authenticator.inspect()).toEqual(before.authenticator.inspect());
    expect(await assertionStatus(after, id)).toBe('CTAP2_OK');
    expect(after.authenticator.exportState().members.minPinLengthRpIds).toEqual([rpId]);
  });

  const exported = () => createAuthenticator({ persona: 'touchstone-key' }).exportState();
  it.each<[string, (document: ReturnType<typeof exported>) => unknown, RegExp]>([
    ['null', () => null, /format/],
    ['another format', (document) => ({ ...document, format: 'other' }), /format/],
    ['a later version', (document) => ({ ...document, version: 2 }), /version is 2, not 1/],
    ['another persona', (document) => ({ ...document, persona: 'solo' }), /persona "solo"/],
    ['a short key', (document) => ({ ...document, masterKey: { base64url: 'AAAA' } }), /32 bytes/],
    ['no bytes', (document) => ({ ...document, masterKey: { base64url: '!' } }), /base64url/],
    ['members that are none', (document) => ({ ...document, members: [] }), /members/],
    ['an unknown member', (document) => ({ ...document, members: { toString: 1 } }), /toString/],
    ['a retry counter as text', (document) => ({ ...document, members: { pinRetries: '8' } }), /pinRetries/],
    ['credentials that are none', (document) => ({ ...document, credentials: [{ rpId }] }), /credential/],
    ['no credentials', ({ credentials: _, ...document }) => document, /credentials/],
  ])('refuses %s', (_title, change, why) => {
    const make = () => platformFor({ importedState: change(exported()) });
    expect(make).toThrow(UsageError);
    expect(make).toThrow(why);
  });
});
