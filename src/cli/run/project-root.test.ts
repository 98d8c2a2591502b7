import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { main } from '../main.ts';
import { findProjectRoot } from './project-root.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'touchstone-root-')));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => {
  vi.restoreAllMocks();
});

function create(name: string, files: Record<string, string> = {}): string {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(path, file), text);
  return path;
}

describe('findProjectRoot', () => {
  it.each(['package.json', '.git'])('returns the nearest folder above with %s', (marker) => {
    const outer = create(`outer-${marker}`, { [marker]: '' });
    const inner = create(`outer-${marker}/inner`, { [marker]: '' });
    const deep = create(`outer-${marker}/inner/a/b`);
    expect([findProjectRoot(deep), findProjectRoot(inner), findProjectRoot(outer)]).toEqual([inner, inner, outer]);
  });

  it('returns the folder itself if no folder above has one', () => {
    const alone = create('alone/a');
    expect(findProjectRoot(alone)).toBe(alone);
  });
});

describe('--root', () => {
  const scenario = create('project/scenarios', {
    'a.yaml': 'id: a\ninclude: [../shared.yaml]\nsteps: [reload]\n',
    'free.yaml': 'id: free\nsteps: [reload]\n',
  });
  create('project', { 'shared.yaml': 'tags: [shared]\n' });

  async function run(...args: string[]) {
    const print = (text: unknown) => void printed.push(String(text));
    const printed: string[] = [];
    vi.spyOn(console, 'log').mockImplementation(print);
    vi.spyOn(console, 'error').mockImplementation(print);
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => Boolean(printed.push(String(text))));
    const code = await main(args);
    return { code, printed: printed.join('\n') };
  }

  it.each(['validate', 'list'])('of %s permits includes from its folder only', async (command) => {
    const file = join(scenario, 'a.yaml');
    expect(await run(command, file, '--root', join(folder, 'project'))).toMatchObject({ code: 0 });
    const { code, printed } = await run(command, file, '--root', scenario);
    expect(code).toBe(2);
    expect(printed).toContain(`Cannot include ../shared.yaml: it is outside of the project root ${scenario}`);
    expect(printed).toContain('--root');
  });

  it('of run permits includes from its folder only', async () => {
    const { code, printed } = await run('run', join(scenario, 'a.yaml'), '--root', scenario);
    expect(code).toBe(2);
    expect(printed).toContain(`Cannot include ../shared.yaml: it is outside of the project root ${scenario}`);
  });

  it('is the project of the working directory by default', async () => {
    const { code, printed } = await run('validate', join(scenario, 'a.yaml'));
    expect(code).toBe(2);
    expect(printed).toContain(`it is outside of the project root ${findProjectRoot(process.cwd())}`);
    expect(await run('validate', join(scenario, 'free.yaml'))).toMatchObject({ code: 0 });
  });

  it.each(['validate', 'list', 'run'])('of %s is refused if it is no folder', async (command) => {
    const { code, printed } = await run(command, '--root', join(folder, 'nowhere'));
    expect(code).toBe(2);
    expect(printed).toContain('Expected a folder');
  });
});
