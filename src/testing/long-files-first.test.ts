import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { longFiles, orderFiles } from './long-files-first.ts';

const root = resolve(import.meta.dirname, '../..');
const short = Array.from({ length: 20 }, (_, number) => `src/short-${number}.test.ts`);
const files = [...short, ...longFiles];
const order = (seed: number) => orderFiles(files, seed, (file) => file);

it('long files come first, and every file comes once', () => {
  const ordered = order(1);
  expect(ordered.slice(0, longFiles.length).toSorted()).toEqual(longFiles.toSorted());
  expect(ordered.toSorted()).toEqual(files.toSorted());
});

it('the seed decides the order among the long files and among the others', () => {
  expect(orderFiles(files.toReversed(), 1, (file) => file)).toEqual(order(1));
  const parts = (seed: number) => [order(seed).slice(0, longFiles.length), order(seed).slice(longFiles.length)];
  expect(parts(1)[0]).not.toEqual(parts(2)[0]);
  expect(parts(1)[1]).not.toEqual(parts(2)[1]);
});

it.each(longFiles)('%s exists', (file) => {
  expect(existsSync(resolve(root, file))).toBe(true);
});
