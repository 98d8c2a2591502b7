import { AsyncLocalStorage } from 'node:async_hooks';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openStore } from './libsql-store.ts';
import { storeContract } from './testing/store-contract.ts';

describe('libsql store in memory', () => storeContract(async () => openStore()));

describe('libsql store in a file', () => {
  let folder: string;
  let files = 0;
  const nextFile = () => join(folder, `portal-${files++}.sqlite`);
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'touchstone-store-'));
  });
  afterAll(() => rm(folder, { recursive: true }));
  storeContract(async () => openStore(nextFile()));

  it('keeps its data when it is closed and opened again', async () => {
    const path = nextFile();
    const record = { at: 1, event: 'signin.ok', detail: { user: 'adele@contoso.test' } };
    {
      await using store = openStore(path);
      await store.events.append(record);
    }
    await using store = openStore(path);
    expect(await store.events.list()).toEqual([record]);
  });
});

// Node.js keeps every AsyncLocalStorage that was used, and visits all of them for each promise: one per store would slow the process down.
it('uses one AsyncLocalStorage for all stores', async () => {
  const run = vi.spyOn(AsyncLocalStorage.prototype, 'run');
  for (let opened = 0; opened < 3; opened++) {
    await using store = openStore();
    await store.transaction(() => store.policy.get());
  }
  const used = new Set(run.mock.contexts);
  run.mockRestore();
  expect(used.size).toBe(1);
});
