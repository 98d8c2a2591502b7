/** The npm package, packed as for a release and used in an empty folder. The packages that it depends on are those of this clone. */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { findBrowser } from '#browser/installed-browsers.mjs';
import { startExampleSite } from '../testing/example-site.ts';

interface PackageJson {
  dependencies: Record<string, string>;
  optionalDependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
  exports: Record<string, unknown>;
}

const root = resolve(import.meta.dirname, '../../..');
const { TOUCHSTONE_PROGRAM: _, ...env } = process.env;
const runProgram = promisify(execFile);

let folder: string;
let installed: string;
let manifest: PackageJson;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'touchstone-package-'));
  installed = join(folder, 'node_modules/touchstone');
  mkdirSync(installed, { recursive: true });
  const { stdout } = await runProgram('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: root });
  const archive = join(folder, stdout.trim().split('\n').at(-1) ?? '');
  await runProgram('tar', ['-xzf', archive, '-C', installed, '--strip-components=1']);
  manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as PackageJson;
  const { dependencies, optionalDependencies, peerDependencies } = manifest;
  for (const name of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })) link(name);
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  for (const name of ['vitest', ...packagesOfTheSite]) link(name);
  mkdirSync(join(folder, 'node_modules/.bin'));
  symlinkSync(join(installed, 'src/cli/touchstone.mjs'), join(folder, 'node_modules/.bin/touchstone'));
  for (const example of ['playwright', 'vitest', 'better-auth-playwright', 'sites/better-auth'])
    cpSync(join(root, 'examples', example), join(folder, example), { recursive: true });
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The tests of the example projects open pages only. */
const browserOfTheProjects = findBrowser('chromium_headless_shell') ?? findBrowser('chromium');

/** What `examples/sites/better-auth` imports, beside packages that the program imports, too. */
const packagesOfTheSite = ['better-auth', '@better-auth/passkey', 'esbuild', 'tsx'];

/** Makes a package of this clone available in the folder. */
function link(name: string): void {
  mkdirSync(dirname(join(folder, 'node_modules', name)), { recursive: true });
  symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
}

const filesOf = (path: string): string[] => readdirSync(path, { recursive: true, encoding: 'utf8' });

function touchstone(...args: string[]): Promise<{ stdout: string; stderr: string; code?: number }> {
  const launcher = join(installed, 'src/cli/touchstone.mjs');
  const ended = runProgram(process.execPath, [launcher, ...args], { cwd: folder, env });
  return ended.catch((error: { stdout: string; stderr: string; code: number }) => error);
}

it('contains no TypeScript but declarations, and no tests', () => {
  const sources = filesOf(installed).filter((file) => /\.tsx?$/.test(file) && !/\.d\.m?ts$/.test(file));
  expect(sources).toEqual([]);
  expect(filesOf(installed).filter((file) => /testing|\.test\./.test(file) && !file.endsWith('.d.ts'))).toEqual([]);
});

it('depends on exactly the packages that the compiled program imports', () => {
  const program = join(installed, 'dist/program');
  const code = filesOf(program).map((file) => readFileSync(join(program, file), 'utf8'));
  const specifiers = code.flatMap((text) => [...text.matchAll(/(?:\bfrom |\bimport\(|^import )"([a-z@][^"\s,]*)"/gm)]);
  const names = specifiers
    .map(([, path = '']) => path)
    .filter((path) => !isBuiltin(path))
    .map((path) => path.split('/', path.startsWith('@') ? 2 : 1).join('/'));
  const { dependencies, optionalDependencies, peerDependencies } = manifest;
  expect([...new Set(names)].sort()).toEqual(
    Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies }).sort(),
  );
});

it('contains the license of each package that is compiled in', () => {
  const licenses = readFileSync(join(installed, 'dist/THIRD_PARTY_LICENSES.txt'), 'utf8');
  for (const name of ['commander', 'qrcode', 'tldts', 'yaml'])
    expect(licenses).toMatch(new RegExp(`^${name} \\d`, 'm'));
});

const registration = `
import { autoApproveUser, create, createAuthenticator, fixedAuthenticators, plugIn, systemClock, systemRandom } from 'touchstone';
import { type ClientContext, WebAuthnError } from 'touchstone/client';
import { type PersonaId, personas } from 'touchstone/emulator';
import { openStore, startPortal } from 'touchstone/relying-party';

const persona: PersonaId = 'yubikey-5-nfc';
const device = plugIn(createAuthenticator({ persona, pin: '1234' }));
const context: ClientContext = {
  origin: 'https://example.com',
  authenticators: fixedAuthenticators({ id: 'key', kind: 'security-key', label: personas[persona].label, device }),
  user: autoApproveUser({ pin: '1234' }),
  clock: systemClock,
  random: systemRandom,
};
const options = {
  rp: { id: 'example.com', name: 'Example' },
  user: { id: 'AAAA', name: 'adele', displayName: 'Adele Vance' },
  challenge: 'AAAAAAAAAAAAAAAAAAAAAA',
  pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
};
const { response } = await create(options, context);
const refused = await create({ ...options, rp: { id: 'example.org', name: 'Other' } }, context).catch((error: unknown) => error);
const portal = await startPortal({ clock: systemClock, random: systemRandom, store: openStore(), trustAnchors: [] });
const { status } = await fetch(portal.origin);
await portal[Symbol.asyncDispose]();
await device[Symbol.asyncDispose]();
console.log(JSON.stringify([typeof response.attestationObject, refused instanceof WebAuthnError && refused.name, status]));
`;

it('registers a passkey in process, in plain Node.js', async () => {
  const withoutTypes = registration
    .replace(/type (ClientContext|PersonaId), /g, '')
    .replace(/: (PersonaId|ClientContext|unknown)\b/g, '');
  writeFileSync(join(folder, 'register.mjs'), withoutTypes);
  const { stdout } = await runProgram(process.execPath, ['register.mjs'], { cwd: folder, env });
  expect(JSON.parse(stdout)).toEqual(['string', 'SecurityError', 200]);
});

it('has declarations for every entry point, without errors in the strict mode of a user', async () => {
  for (const { types } of Object.values(manifest.exports).filter((entry) => typeof entry === 'object') as {
    types: string;
  }[])
    expect(filesOf(installed).map((file) => `./${file}`)).toContain(types);
  symlinkSync(join(root, 'node_modules/@types'), join(folder, 'node_modules/@types'));
  writeFileSync(join(folder, 'register.ts'), registration);
  const examples = ['playwright', 'better-auth-playwright'].flatMap((project) => [
    `${project}/tests/passkey.spec.ts`,
    `${project}/playwright.config.ts`,
  ]);
  const compilerOptions = { strict: true, noEmit: true, target: 'es2023', lib: ['es2023', 'esnext.disposable', 'dom'] };
  const options = {
    ...compilerOptions,
    module: 'nodenext',
    types: ['node'],
    exactOptionalPropertyTypes: true,
    allowImportingTsExtensions: true,
  };
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: options, files: ['register.ts', ...examples] }),
  );
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const { stdout } = await runProgram(process.execPath, [compiler], { cwd: folder }).catch(
    (error: { stdout: string }) => error,
  );
  expect(stdout).toBe('');
}, 60_000);

it.skipIf(!findBrowser('chromium')).each([
  ['the example project of Playwright Test', 'playwright'],
  ['the project of another site, which gains a test for passkeys', 'better-auth-playwright'],
])(
  'runs %s',
  async (_, project) => {
    const commandLine = join(root, 'node_modules/@playwright/test/cli.js');
    const { stdout } = await runProgram(process.execPath, [commandLine, 'test', '--workers', '1'], {
      cwd: join(folder, project),
      env: { ...env, CHROMIUM: browserOfTheProjects?.path, PORT: '4179' },
    }).catch((error: { stdout: string }) => error);
    expect(stdout).toMatch(/^\s*2 passed/m);
  },
  120_000,
);

it.skipIf(!findBrowser('chromium'))(
  'runs what the workflow of examples/github-workflow runs to gate a pull request',
  async () => {
    const workflow = parse(readFileSync(join(root, 'examples/github-workflow/passkeys.yml'), 'utf8'));
    const scripts = (workflow.jobs.passkeys.steps as { run?: string }[]).flatMap(({ run = '' }) => run);
    const gate = scripts.filter((script) => /touchstone run|summary/.test(script));
    expect(gate).toHaveLength(1);
    const project = join(folder, 'gate');
    cpSync(join(root, 'scenarios/any-site/happy-path.yaml'), join(project, 'scenarios/happy-path.yaml'));
    cpSync(join(root, 'scenarios/any-site/shared'), join(project, 'scenarios/shared'), { recursive: true });
    cpSync(join(root, 'examples/sites/simplewebauthn/simplewebauthn.yaml'), join(project, 'site.yaml'));
    const site = await startExampleSite('simplewebauthn');
    const summary = join(project, 'summary.md');
    for (const script of gate)
      await runProgram('bash', ['-e', '-c', script.replace('http://localhost:3000', site.url)], {
        cwd: project,
        env: { ...env, GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: summary },
      });
    await site.stop();
    expect(readFileSync(summary, 'utf8').match(/^# ✓ Touchstone: passed/gm)).toHaveLength(1);
  },
  120_000,
);

it('runs the example of Vitest, which needs no browser', async () => {
  const commandLine = join(root, 'node_modules/vitest/vitest.mjs');
  const { stdout } = await runProgram(process.execPath, [commandLine, 'run', '--reporter', 'json'], {
    cwd: join(folder, 'vitest'),
    env,
  }).catch((error: { stdout: string }) => error);
  expect(JSON.parse(stdout), stdout).toMatchObject({ numPassedTests: 2, numFailedTests: 0 });
}, 60_000);

it('runs the examples of docs/authenticator.md', async () => {
  const document = readFileSync(join(root, 'docs/authenticator.md'), 'utf8');
  const examples = [...document.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code);
  expect(examples.length).toBeGreaterThanOrEqual(7);
  for (const [index, code] of examples.entries()) writeFileSync(join(folder, `example-${index}.ts`), code);
  const main = examples.map((_, index) => `await import('./example-${index}.ts');`);
  writeFileSync(join(folder, 'examples.ts'), [...main, `console.log('${examples.length} examples ran');`].join('\n'));
  const args = ['--import', import.meta.resolve('tsx'), 'examples.ts'];
  const { stdout } = await runProgram(process.execPath, args, { cwd: folder, env });
  expect(stdout).toBe(`${examples.length} examples ran\n`);
}, 60_000);

it('runs a scenario, and names its file relative to the project of the user', async () => {
  cpSync(join(root, 'scenarios/any-site'), join(folder, 'scenarios'), { recursive: true });
  const { stdout, code } = await touchstone('run', 'scenarios/happy-path.yaml');
  expect(code, stdout).toBeUndefined();
  const result = JSON.parse(readFileSync(join(folder, 'reports/latest/result.json'), 'utf8'));
  expect(
    result.cases.map(({ verdict, location }: { verdict: string; location: { file: string } }) => [
      verdict,
      location.file,
    ]),
  ).toEqual([['passed', 'scenarios/happy-path.yaml']]);
  expect(readFileSync(join(folder, 'reports/latest/index.html'), 'utf8')).toContain('<script');
}, 90_000);

it('contains the scenarios for any site', async () => {
  const { stdout } = await touchstone('validate', 'node_modules/touchstone/scenarios/any-site');
  expect(stdout).toContain('6 valid cases in 6 files');
});

it('reports that the kernel lab needs a clone', async () => {
  const { stderr, code } = await touchstone('lab');
  expect(stderr).toContain('The kernel lab works only in a clone of the repository, not in the installed package');
  expect(code).toBe(3);
});
