/**
 * The page "Test your site in ten minutes" is true: its commands are run in an empty folder against the example site, and print what
 * the page shows.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ExampleSite, startExampleSite } from './testing/example-site.ts';
import { headlessShell } from './testing/headless-shell.ts';

const root = resolve(import.meta.dirname, '../..');
const addressInPage = 'http://localhost:4173';

interface Example {
  /** The number of the mistake; undefined for the walk through. */
  mistake: number | undefined;
  commands: string;
  /** What the page shows below the commands; empty if it shows nothing. */
  shown: string;
}

/** The commands of the page in their order, each with the text that follows. */
function readExamples(): Example[] {
  const page = readFileSync(join(root, 'docs/test-your-site.md'), 'utf8');
  const block = /### (\d+)\.|```sh\n(.*?)```(?:\n+```text\n(.*?)```)?/gs;
  let mistake: number | undefined;
  return [...page.matchAll(block)].flatMap(([, number, commands, shown = '']) => {
    if (number !== undefined) mistake = Number(number);
    return commands === undefined ? [] : [{ mistake, commands, shown }];
  });
}

/** What a person gets wrong before the commands of each mistake, in the files that `init` has written. */
const mistakes: Readonly<Record<number, string>> = {
  1: 'unset SITE_USER SITE_PASSWORD',
  2: '',
  3: '',
  4: '',
  5: '',
  6: edit('- click: { role: button, name: Add a passkey }', '- click: Add a passkey'),
  7: edit('  add-sign-in-method:', '  add-signin-method:'),
  8: edit('^url: .*', 'url: http://localhost:4'),
  9: edit('name: Log in, exact: true }', 'name: Log in }'),
  10: edit('result: POST /verify-registration', 'result: POST /api/verify-registration'),
};

function edit(from: string, to: string): string {
  return `sed -i.bak 's|${from}|${to}|' sites/localhost.yaml`;
}

const mark = '@@@';
const folder = mkdtempSync(join(tmpdir(), 'touchstone-test-your-site-'));
const examples = readExamples();
let site: ExampleSite;
let printed: string[];
beforeAll(async () => {
  site = await startExampleSite('simplewebauthn');
  printed = await runInEmptyFolder(examples);
}, 600_000);
afterAll(async () => {
  await site?.stop();
  rmSync(folder, { recursive: true });
});

/** Runs all commands in one shell, as a person would. Returns what each example printed. */
async function runInEmptyFolder(all: readonly Example[]): Promise<string[]> {
  const programs = join(folder, 'bin');
  mkdirSync(programs);
  mkdirSync(join(folder, 'work'));
  symlinkSync(join(root, 'src/cli/touchstone.mjs'), join(programs, 'touchstone'));
  const steps = all.map(({ mistake, commands }) => {
    const prepared = mistake === undefined ? commands : `(\n${mistakes[mistake]}\n${commands})\n`;
    const restore = mistake === undefined ? 'cp -r sites ../good 2>/dev/null' : 'cp ../good/localhost.yaml sites/';
    return `echo '${mark}'\n${prepared}${restore}\n`;
  });
  const script = steps.join('').replaceAll(addressInPage, site.url);
  const shell = spawn('bash', ['-c', script], {
    cwd: join(folder, 'work'),
    env: { ...process.env, ...headlessShell, PATH: `${programs}:${process.env.PATH}`, NO_COLOR: '1', FORCE_COLOR: '0' },
  });
  let output = '';
  for (const stream of [shell.stdout, shell.stderr])
    stream.on('data', (text: Buffer) => {
      output += text.toString();
    });
  await new Promise((ended) => shell.once('close', ended));
  return output.split(`${mark}\n`).slice(1);
}

/** Replaces what is different in every run: times, addresses, ids of runs and users, and the width of tables. */
const normalize = (text: string): string =>
  text
    .replaceAll(site.url, addressInPage)
    .replaceAll('http://localhost:4/', `${addressInPage}/`)
    .replaceAll(/http:\/\/localhost:4(?=[:\s])/g, addressInPage)
    .replace(/\d+(?:\.\d+)? m?s\b/g, '<time>')
    .replace(/\d{4}-\d\d-\d\dT[\d-]+Z-\d+/g, '<run>')
    .replace(/user-[\w-]{22}/g, '<user>')
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ +$/gm, '')
    .trim();

/** Returns a pattern for a text of the page, where a line `...` stands for any lines. */
function patternOf(shown: string): RegExp {
  const parts = normalize(shown).split('\n...\n');
  return new RegExp(parts.map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('[\\s\\S]*'));
}

describe('docs/test-your-site.md', () => {
  it('has a walk through and ten mistakes', () => {
    expect(examples.filter(({ mistake }) => mistake === undefined)).toHaveLength(4);
    expect(examples.flatMap(({ mistake }) => mistake ?? [])).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it.each(
    examples.map((example, index) => [example.mistake ?? 'walk through', example.commands, example, index] as const),
  )('prints what the page shows (%s): %s', (_, __, { shown }, index) => {
    const text = normalize(printed[index] ?? '');
    expect(text, text).toMatch(patternOf(shown));
  });

  it('is the first page that the README names', () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    const [, first] = /\]\((docs\/[^)]+\.md)\)/.exec(readme) ?? [];
    expect(first).toBe('docs/test-your-site.md');
  });
});
