/** `docs/authenticator.md` says what the code does: its tables are those of the code, its examples run from another package. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { UsageError } from '#base/errors.ts';
import { authenticatorTables } from './authenticator-tables.ts';
import { withGenerated } from './generated.ts';

const root = resolve(import.meta.dirname, '../../..');
const document = await readFile(join(root, 'docs/authenticator.md'), 'utf8');

it('the tables are those of the code (to renew them: npm run docs)', async () => {
  expect(document).toBe(withGenerated(document, await authenticatorTables()));
});

it('a part without a place, and a place without a part, are refused', () => {
  const text = 'a\n<!-- begin x -->\nold\n<!-- end x -->\nb';
  expect(withGenerated(text, { x: 'new' })).toBe('a\n<!-- begin x -->\nnew\n<!-- end x -->\nb');
  expect(() => withGenerated(text, { x: '', y: '' })).toThrow(UsageError);
  expect(() => withGenerated(text, {})).toThrow(UsageError);
});

it('the examples run in a package that depends on touchstone', async () => {
  const examples = [...document.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code as string);
  expect(examples.length).toBeGreaterThanOrEqual(7);
  const folder = await mkdtemp(join(tmpdir(), 'touchstone-consumer-'));
  try {
    await mkdir(join(folder, 'node_modules'));
    await symlink(root, join(folder, 'node_modules/touchstone'));
    await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', type: 'module' }));
    await Promise.all(examples.map((code, index) => writeFile(join(folder, `example-${index}.ts`), code)));
    const main = examples.map((_, index) => `await import('./example-${index}.ts');`);
    await writeFile(join(folder, 'main.ts'), [...main, `console.log('${examples.length} examples ran');`].join('\n'));
    const tsx = import.meta.resolve('tsx');
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', tsx, 'main.ts'], { cwd: folder });
    expect(stdout).toBe(`${examples.length} examples ran\n`);
  } finally {
    await rm(folder, { recursive: true });
  }
});
