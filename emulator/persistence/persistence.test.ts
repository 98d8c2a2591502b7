/** What a stored authenticator keeps, the journal file, and which states are refused. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { utf8 } from '#base/bytes.ts';
import { UsageError } from '#base/errors.ts';
import { defined } from '#base/testing/defined.ts';
import { parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import { type AuthenticatorOptions, createAuthenticator, FileJournal, type PersistentStore } from '../index.ts';
import { rpId, TestPlatform } from '../testing/test-platform.ts';
import { decodeRecord } from './record-encoding.ts';

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
  return defined(parseAuthenticatorData(response.authData).attestedCredentialData).credentialId;
}
const assertionStatus = async (platform: TestPlatform, id: Uint8Array) =>
  (await platform.getAssertion({ allowList: [{ id, type: 'public-key' }] })).status;

/** A store in memory. Tests read its records and make it fail. */
class MemoryStore implements PersistentStore {
  readonly stored: Uint8Array[] = [];
  needsCompaction = false;
  isFull = false;
  /** Code of the error while it is full. */
  errorCode = 'EIO';
  records = () => [...this.stored];
  append(record: Uint8Array): void {
    if (this.isFull) throw Object.assign(new Error('The store cannot be written'), { code: this.errorCode });
    this.stored.push(record);
  }
  replace(record: Uint8Array): void {
    this.stored.splice(0, this.stored.length, record);
  }
  close(): void {}
}

describe('a stored authenticator', () => {
  it('restores its credentials, its PIN and its counters', async () => {
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

  it('erases everything with a reset, permanently', async () => {
    const platform = platformFor({ state: path, pin: '1234' });
    const id = await register(platform, 'c', false);
    expect(await platform.sendRaw('authenticatorReset')).toBe('CTAP2_OK');
    const after = platformFor({ state: path });
    expect(after.authenticator.inspect()).toMatchObject({ pin: 'unset', credentials: [], signCounter: 0 });
    expect(await assertionStatus(after, id)).toBe('CTAP2_ERR_NO_CREDENTIALS');
  });

  it('stores the decremented retry counter before it compares the PIN, and the restored one with the answer', async () => {
    const store = new MemoryStore();
    const platform = platformFor({ state: store, pin: '1234' });
    await platform.pinToken(2, '1234');
    const [, spent, restored] = store.stored.map(
      (record) => (decodeRecord(record) as { set?: { pinRetries: number } }).set?.pinRetries,
    );
    expect([spent, restored]).toEqual([7, 8]);
  });

  it('answers an error while the store cannot be written, and stores everything later', async () => {
    const store = new MemoryStore();
    const platform = platformFor({ state: store });
    store.isFull = true;
    expect((await platform.makeCredential({ options: { rk: true } })).status).toBe('CTAP1_ERR_OTHER');
    store.isFull = false;
    expect((await platform.makeCredential({ options: { rk: true } })).status).toBe('CTAP2_OK');
    expect(platformFor({ state: store }).authenticator.inspect()).toEqual(platform.authenticator.inspect());
  });

  it.each(['ENOSPC', 'EDQUOT', 'EFBIG'])(
    'answers KEY_STORE_FULL while the disk is full (%s), and still getInfo',
    async (code) => {
      const store = new MemoryStore();
      const platform = platformFor({ state: store });
      const id = await register(platform, 'a', false);
      store.errorCode = code;
      store.isFull = true;
      for (let count = 0; count < 2; count++) {
        expect((await platform.makeCredential({ options: { rk: true } })).status).toBe('CTAP2_ERR_KEY_STORE_FULL');
        expect((await platform.send('authenticatorGetInfo')).status).toBe('CTAP2_OK');
      }
      expect(await assertionStatus(platform, id), 'its counter cannot be stored').toBe('CTAP1_ERR_OTHER');
      store.isFull = false;
      expect(await assertionStatus(platform, id)).toBe('CTAP2_OK');
      expect(platformFor({ state: store }).authenticator.inspect()).toEqual(platform.authenticator.inspect());
    },
  );

  it('writes nothing if nothing changes, and one complete state if the store needs compaction', async () => {
    const store = new MemoryStore();
    const platform = platformFor({ state: store });
    await platform.send('authenticatorGetInfo');
    expect(store.stored).toHaveLength(1);
    for (const name of ['a', 'b', 'a']) await register(platform, name);
    await platform.send('authenticatorGetInfo');
    expect(store.stored).toHaveLength(4);
    expect(platformFor({ state: store }).authenticator.inspect()).toEqual(platform.authenticator.inspect());
    store.needsCompaction = true;
    await register(platform, 'c');
    expect(store.stored).toHaveLength(1);
    expect(platformFor({ state: store }).authenticator.inspect().credentials).toHaveLength(3);
  });

  it('restores members that later commands changed', async () => {
    const before = platformFor({ persona: 'touchstone-complete', state: path, pin: '1234' });
    await before.changePin(2, '1234', '4862');
    await register(before, 'a', false);
    const after = platformFor({ persona: 'touchstone-complete', state: path });
    expect(after.authenticator.exportState()).toEqual(before.authenticator.exportState());
  });
});

describe('the journal', () => {
  const records = ['{"first":1}', 'second', 'déjà vu', 'last'].map(utf8);

  /** Writes the records; returns the length of the file after each. */
  function writeRecords(journal: FileJournal): number[] {
    return records.map((record) => {
      journal.append(record);
      return statSync(path).size;
    });
  }

  it('that ends at any byte contains every record that was complete', () => {
    const journal = new FileJournal(path);
    const ends = writeRecords(journal);
    const whole = readFileSync(path);
    const shortened = join(directory, 'shortened');
    for (let length = defined(ends[0]); length <= whole.length; length++) {
      writeFileSync(shortened, whole.subarray(0, length));
      const reopened = new FileJournal(shortened);
      expect(reopened.records()).toEqual(records.slice(0, ends.filter((end) => end <= length).length));
      reopened.append(utf8('next'));
      expect(new FileJournal(shortened).records().at(-1)).toEqual(utf8('next'));
      reopened.close();
    }
    journal.close();
  });

  it('that ends in zeros after a power failure contains the records before them', () => {
    writeRecords(new FileJournal(path));
    writeFileSync(path, new Uint8Array(64), { flag: 'a' });
    expect(new FileJournal(path).records()).toEqual(records);
  });

  it('contains one record after compaction', () => {
    const journal = new FileJournal(path);
    journal.append(utf8('first'));
    for (let number = 0; number < 100; number++) journal.append(new Uint8Array(10_000));
    expect(journal.needsCompaction).toBe(true);
    journal.replace(utf8('small'));
    expect(journal.needsCompaction).toBe(false);
    journal.append(utf8('more'));
    expect(new FileJournal(path).records()).toEqual([utf8('small'), utf8('more')]);
  });

  it.each([
    ['another file', 'PNG...'],
    ['an empty file', ''],
    ['a file with only the header', 'touchstone-state 2\n'],
  ])('refuses %s', (_title, content) => {
    writeFileSync(path, content);
    expect(() => new FileJournal(path)).toThrow(UsageError);
    expect(() => new FileJournal(path)).toThrow('it is not an authenticator state');
  });

  it('refuses an unknown format version and names it', () => {
    writeFileSync(path, 'touchstone-state 3\n');
    expect(() => new FileJournal(path)).toThrow(UsageError);
    expect(() => new FileJournal(path)).toThrow(
      'expected an authenticator state of format version 1 or 2, got version 3',
    );
  });

  it('refuses a file in which any byte of a record before the last is changed', () => {
    const journal = new FileJournal(path);
    const [start = 0, end = 0] = writeRecords(journal);
    const whole = readFileSync(path);
    journal.close();
    for (let index = start; index < end; index++) {
      const damaged = Buffer.from(whole);
      damaged.writeUInt8(damaged.readUInt8(index) ^ 1, index);
      writeFileSync(path, damaged);
      expect(() => new FileJournal(path)).toThrow(`it is damaged at byte ${start}, before its last record`);
    }
  });
});

describe('a journal of format version 1', () => {
  const line = (record: unknown) => {
    const text = JSON.stringify(record);
    return `${createHash('sha256').update(text).digest('hex').slice(0, 16)} ${text}\n`;
  };

  /** Writes a state with the credentials `a` and `b`, then changes that delete `b` and set the PIN retries. */
  async function writeVersion1(...more: string[]): Promise<TestPlatform> {
    const platform = platformFor();
    await register(platform, 'a');
    const [a] = platform.authenticator.exportState().credentials;
    await register(platform, 'b');
    await platform.setPin(2, '1234');
    const state = platform.authenticator.exportState();
    const b = defined(state.credentials[1]).id as { base64url: string };
    const change = { set: { pinRetries: 5, persistentToken: null }, put: [a], gone: [b.base64url] };
    writeFileSync(path, [line(state), line(change), ...more].join(''));
    return platform;
  }

  it('is read and converted to version 2', async () => {
    const { authenticator } = await writeVersion1();
    const [a] = authenticator.inspect().credentials;
    const expected = { pinRetries: 5, signCounter: 2, credentials: [a] };
    const converted = platformFor({ state: path });
    expect(converted.authenticator.inspect()).toMatchObject(expected);
    converted.authenticator[Symbol.dispose]();
    expect(readFileSync(path, 'latin1')).toMatch(/^touchstone-state 2\n/);
    const reopened = platformFor({ state: path });
    expect(reopened.authenticator.inspect()).toMatchObject(expected);
    expect((await reopened.pinToken(2, '1234')).status).toBe('CTAP2_OK');
  });

  it('is read without a last line that was not written completely', async () => {
    await writeVersion1(line({ set: { pinRetries: 1 }, put: [], gone: [] }).slice(0, -1));
    expect(platformFor({ state: path }).authenticator.inspect().pinRetries).toBe(5);
  });

  it('is refused if a line before the last is damaged', async () => {
    await writeVersion1('0123456789abcdef {}\n', line({ set: {}, put: [], gone: [] }));
    expect(() => new FileJournal(path)).toThrow(/damaged at byte \d+/);
  });
});

describe('export and import', () => {
  it('transfers the keys to another authenticator, through JSON', async () => {
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
    ['a later version', (document) => ({ ...document, version: 2 }), /expected format version 1, got 2/],
    ['another persona', (document) => ({ ...document, persona: 'solo' }), /got "solo"/],
    ['a short key', (document) => ({ ...document, masterKey: { base64url: 'AAAA' } }), /32 bytes/],
    ['bytes that are not base64url', (document) => ({ ...document, masterKey: { base64url: '!' } }), /base64url/],
    ['members that are an array', (document) => ({ ...document, members: [] }), /members/],
    ['an unknown member', (document) => ({ ...document, members: { toString: 1 } }), /toString/],
    ['a retry counter as text', (document) => ({ ...document, members: { pinRetries: '8' } }), /pinRetries/],
    ['an incomplete credential', (document) => ({ ...document, credentials: [{ rpId }] }), /credential/],
    ['missing credentials', ({ credentials: _, ...document }) => document, /credentials/],
  ])('refuses %s', (_title, change, why) => {
    const importChanged = () => platformFor({ importedState: change(exported()) });
    expect(importChanged).toThrow(UsageError);
    expect(importChanged).toThrow(why);
  });
});
