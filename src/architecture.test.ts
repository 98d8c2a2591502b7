/** The architecture as tables - which module may import which, and which file may import which npm package - and the tests that hold them. */
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  barrels,
  filesWithoutModule,
  findCycle,
  forbiddenImports,
  forbiddenPackages,
  importsOf,
  importsOfTestSupport,
  type Rules,
  type Sources,
} from './testing/import-rules.ts';

const root = resolve(import.meta.dirname, '..');

const pure = ['src/base', 'src/protocol', 'src/result'];
const devicePort = 'src/transport/device.ts';
const scenarioLanguage = 'src/scenario/language';

const rules: Rules = {
  mayImport: {
    'src/base': [],
    'src/protocol': ['src/base'],
    'src/result': ['src/base'],
    emulator: ['src/base', 'src/protocol'],
    'src/transport': pure,
    'src/relying-party': pure,
    'src/report': pure,
    'src/lab': pure,
    'src/client': [...pure, devicePort],
    'src/browser': [...pure, devicePort, 'src/client'],
    'src/conformance/report': [...pure, 'src/conformance', 'src/report'],
    'src/conformance': [...pure, devicePort, 'src/client'],
    'src/diagnosis': [...pure, 'src/client/public-suffix.ts', 'src/relying-party', scenarioLanguage],
    'src/scenario': [
      ...pure,
      devicePort,
      'src/client',
      'src/browser',
      'src/relying-party',
      'src/conformance/relying-party/target.ts',
      'src/conformance/relying-party/ceremony-settings.ts',
      'src/conformance/relying-party/relying-party-case.ts',
    ],
    'src/real-keys': [...pure, 'src/transport', 'src/client', 'src/scenario/parties', scenarioLanguage],
    'src/emulator-server': [...pure, 'src/transport', 'src/client', 'src/scenario/parties', scenarioLanguage],
    'src/page-authenticator': [
      ...pure,
      devicePort,
      'src/transport/capture.ts',
      'src/client',
      'src/browser',
      'src/scenario/parties/security-dialog.ts',
      'emulator',
    ],
    'src/cli': ['src'],
    'src/api': ['src', 'emulator'],
    bench: ['src', 'emulator'],
    examples: [],
  },
  emulatorImporters: ['src/cli/compose', 'src/api', 'src/page-authenticator', 'bench'],
  packages: {
    'node:crypto': [
      'src/base/random.ts',
      'src/base/seeded-random.ts',
      'src/protocol/crypto.ts',
      'src/protocol/keys',
      'src/relying-party/crypto.ts',
      'src/cli/program/compiled-program.mjs',
      'bench',
      'examples',
    ],
    'cbor-x': ['emulator/persistence/record-encoding.ts'],
    esbuild: ['src/cli/program', 'src/cli/package', 'src/browser/shim/page-script.ts', 'bench/start.mjs', 'examples'],
    '@noble/curves': ['src/protocol/deterministic-ecdsa.ts', 'src/protocol/keys/curve-point.ts'],
    '@noble/post-quantum': ['src/protocol/keys/ml-dsa.ts'],
    '@simplewebauthn/server': ['src/relying-party/verification/simplewebauthn.ts', 'bench/verify.ts', 'examples'],
    '@simplewebauthn/browser': ['examples'],
    'better-auth': ['examples'],
    '@better-auth/passkey': ['examples'],
    libsql: ['src/relying-party'],
    hono: ['src/relying-party', 'src/emulator-server', 'examples'],
    '@hono/node-server': ['src/relying-party', 'src/emulator-server', 'examples'],
    otpauth: ['src/relying-party'],
    qrcode: ['src/relying-party'],
    tldts: ['src/client'],
    typescript: ['src/cli/generate/api-reference'],
    yaml: [
      'src/scenario/language/yaml-source.ts',
      'src/scenario/language/yaml-text.ts',
      'src/conformance/expected-failures.ts',
    ],
    'fastest-levenshtein': ['src/scenario'],
    zod: [
      'src/scenario',
      'src/relying-party',
      'src/emulator-server',
      'src/transport/remote/messages.ts',
      'src/conformance',
      'src/diagnosis/facts.ts',
      'src/page-authenticator/server',
    ],
    fflate: ['src/conformance/bundle/archive.ts'],
    ws: ['src/browser', 'src/transport/remote', 'src/page-authenticator/server'],
    playwright: [
      'src/browser',
      'src/page-authenticator',
      'src/scenario/parties/site',
      'src/scenario/run/set-up-case.ts',
      'src/scenario/run/start-site.ts',
      'src/scenario/site-check',
      'src/scenario/site-conformance',
      'src/scenario/site-recording',
      'bench/page.ts',
    ],
    '@playwright/test': [
      'src/browser',
      'src/page-authenticator',
      'src/scenario',
      'src/report',
      'src/cli/run/scenarios.host.ts',
      'bench/handwritten',
      'examples',
    ],
    preact: ['src/report', 'src/conformance/report/html/app'],
    picocolors: ['src/report/colour.ts', 'src/cli', 'src/emulator-server', 'src/real-keys'],
    commander: ['src/cli'],
    tsx: ['src/cli'],
    usb: ['src/transport/usb/library.ts'],
    'node-hid': ['src/transport/node-hid.ts'],
    'nid-webauthn-emulator': ['bench/nid-comparison.ts', 'src/cli/compose/testing/nid-authenticator.ts'],
  },
  aliases: (JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8')) as { imports: Record<string, string> })
    .imports,
};

const sources: Sources = new Map(
  ['src', 'emulator', 'bench', 'examples']
    .flatMap((folder) =>
      readdirSync(resolve(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => `${folder}/${file}`),
    )
    .filter((file) => /\.(ts|tsx|mjs)$/.test(file))
    .map((file) => [file, readFileSync(resolve(root, file), 'utf8')]),
);
const imports = importsOf(sources, rules);

describe('the import rules', () => {
  it('find the imports of this project', () => {
    expect(imports.filter(({ own }) => own).length).toBeGreaterThan(1000);
    expect(imports.some(({ from, to }) => from.startsWith('emulator/') && to.startsWith('src/protocol/'))).toBe(true);
  });

  it('give every source file a module', () => {
    expect(filesWithoutModule(sources, rules)).toEqual([]);
  });

  it('let modules import only what the table allows', () => {
    expect(forbiddenImports(imports, rules)).toEqual([]);
  });

  it('keep test support out of product code', () => {
    expect(importsOfTestSupport(imports)).toEqual([]);
  });

  it('allow no import cycle', () => {
    expect(findCycle(imports)).toEqual([]);
  });

  it('name the files that import each package', () => {
    expect(forbiddenPackages(imports, rules)).toEqual([]);
  });

  it('allow no barrel but the public entry point of the emulator', () => {
    expect(barrels(sources)).toEqual([]);
  });
});

describe('a planted violation is found:', () => {
  const plant = (files: Record<string, string>): [Sources, ReturnType<typeof importsOf>] => {
    const planted = new Map(Object.entries(files));
    return [planted, importsOf(planted, rules)];
  };

  it('product code imports a testing folder', () => {
    const [, found] = plant({
      'src/client/create.ts': "import { testClient } from './testing/test-client.ts';\n",
      'src/browser/playwright-fixtures.ts': "import { answer } from '#browser/testing/approving-handler.ts';\n",
    });
    expect(importsOfTestSupport(found)).toHaveLength(2);
  });

  it('#emulator is imported outside cli/compose, also in a file with a test-like name', () => {
    const [, found] = plant({
      'src/browser/playwright-fixtures.ts': "import { createAuthenticator } from '#emulator';\n",
      'src/cli/commands/run.ts': "const { createAuthenticator } = await import('#emulator');\n",
      'src/cli/compose/emulation.ts': "import { createAuthenticator } from '#emulator';\n",
    });
    expect(forbiddenImports(found, rules)).toEqual([
      'src/browser/playwright-fixtures.ts imports emulator/index.ts',
      'src/cli/commands/run.ts imports emulator/index.ts',
    ]);
  });

  it('a module reaches past the public entry point of the emulator', () => {
    const [, found] = plant({ 'src/cli/compose/emulation.ts': "import { x } from '../../../emulator/state.ts';\n" });
    expect(forbiddenImports(found, rules)).toHaveLength(1);
  });

  it('a lower module imports a higher one', () => {
    const [, found] = plant({
      'src/protocol/cbor.ts': "export { measure } from '#result/timeline.ts';\n",
      'src/client/create.ts': "import type { Site } from '#scenario/parties/site/site.ts';\n",
      'src/base/async.ts': "import { encode } from '../protocol/cbor.ts';\n",
    });
    expect(forbiddenImports(found, rules)).toHaveLength(3);
  });

  it('an example imports the product', () => {
    const [, found] = plant({
      'examples/sites/shop/server.ts': "import { encode } from '../../../src/protocol/cbor.ts';\n",
      'examples/sites/shop/pages.ts': "import { encode } from '#protocol/cbor.ts';\nimport { x } from './server.ts';\n",
    });
    expect(forbiddenImports(found, rules)).toEqual([
      'examples/sites/shop/server.ts imports src/protocol/cbor.ts',
      'examples/sites/shop/pages.ts imports src/protocol/cbor.ts',
    ]);
  });

  it('two files import each other', () => {
    const [, found] = plant({
      'src/client/a.ts': "import { b } from './b.ts';\n",
      'src/client/b.ts': "import { c } from '#client/c.ts';\n",
      'src/client/c.ts': "import { a } from './a.ts';\n",
    });
    expect(findCycle(found)).toEqual(['src/client/a.ts', 'src/client/b.ts', 'src/client/c.ts', 'src/client/a.ts']);
  });

  it('a package is imported outside its file', () => {
    const [, found] = plant({ 'src/report/json.ts': "import { randomBytes } from 'node:crypto';\n" });
    expect(forbiddenPackages(found, rules)).toEqual(['src/report/json.ts imports node:crypto']);
  });

  it('a barrel, and a file that belongs to no module', () => {
    const [planted] = plant({ 'src/client/index.ts': "export * from './create.ts';\n", 'src/new/file.ts': '' });
    expect(barrels(planted)).toEqual(['src/client/index.ts']);
    expect(filesWithoutModule(planted, rules)).toEqual(['src/new/file.ts']);
  });

  it('but tests and testing folders may import any module', () => {
    const [, found] = plant({
      'src/client/create.test.ts': "import { createAuthenticator } from '#emulator';\n",
      'src/client/testing/test-client.ts': "import { createAuthenticator } from '#emulator';\n",
    });
    expect(found).toEqual([]);
  });
});
