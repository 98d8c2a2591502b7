import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext } from 'playwright';
import { afterAll, describe, expect, it } from 'vitest';
import { UnavailableError } from '#base/errors.ts';
import { signInWithStorageState } from './storage-state.ts';

const folder = mkdtempSync(join(tmpdir(), 'touchstone-state-'));
afterAll(() => rmSync(folder, { recursive: true }));

const state = { cookies: [], origins: [{ origin: 'https://shop.example', localStorage: [] }] };

/** Returns what the browser gets. */
async function signIn(from: unknown): Promise<unknown> {
  let got: unknown;
  const context = {
    async setStorageState(value: unknown) {
      got = value;
    },
  } as unknown as BrowserContext;
  await signInWithStorageState(context, from, folder);
  return got;
}

describe('signInWithStorageState', () => {
  it('reads a file relative to the folder, or takes the state itself', async () => {
    writeFileSync(join(folder, 'adele.json'), JSON.stringify(state));
    expect(await signIn('adele.json')).toEqual(state);
    expect(await signIn(state)).toEqual(state);
  });

  it.each<[unknown, string]>([
    ['none.json', ' none.json: no such file'],
    ['folder', ' folder: it is a folder, expected a file'],
    ['text.json', ' text.json: expected JSON, as storageState of Playwright writes it'],
    [
      'list.json',
      ' list.json: expected an object with the lists cookies and origins, as storageState of Playwright writes it',
    ],
    [
      { cookies: [] },
      ': expected an object with the lists cookies and origins, as storageState of Playwright writes it',
    ],
    [7, ': expected an object with the lists cookies and origins, as storageState of Playwright writes it'],
  ])('refuses %j with the exact message', async (from, message) => {
    mkdirSync(join(folder, 'folder'), { recursive: true });
    writeFileSync(join(folder, 'text.json'), 'user=adele');
    writeFileSync(join(folder, 'list.json'), '[]');
    await expect(signIn(from)).rejects.toThrow(new UnavailableError(`Cannot use the storage state${message}`));
  });
});
