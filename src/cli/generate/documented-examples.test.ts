/** The examples of `docs/authenticator.md` run in a package that depends on touchstone. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../../..');
const document = await readFile(join(root, 'docs/authenticator.md'), 'utf8');

it('runs the examples of docs/authenticator.md in a package that depends on touchstone', async () => {
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
