/** The house's floor plan, kept true: which room may import which, and which file is the door to which npm package. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..');

/** Rooms and what each may import of ours; an entry may name a single file. */
const mayImport: Record<string, readonly string[]> = {
  'src/protocol': [],
  'src/result': [],
  emulator: ['src/protocol'],
  'src/transport': ['src/protocol', 'src/result'],
  'src/relying-party': ['src/protocol', 'src/result'],
  'src/report': ['src/protocol', 'src/result'],
  'src/lab': ['src/protocol', 'src/result'],
  'src/client': ['src/protocol', 'src/result', 'src/transport/device.ts'],
  'src/browser': ['src/protocol', 'src/result', 'src/client'],
  'src/scenario': ['src/protocol', 'src/result', 'src/client', 'src/browser', 'src/relying-party'],
  'src/cli': [
    'src/protocol',
    'src/result',
    'src/transport',
    'src/relying-party',
    'src/report',
    'src/client',
    'src/browser',
    'src/scenario',
    'src/lab',
  ],
  bench: ['src', 'emulator'],
};

/** `#emulator` has one entrance besides benchmarks. */
const emulatorImporters = ['src/cli/compose', 'bench'];

/** npm packages and the files or folders that may import them. Playwright belongs to the browser room and the hosts. */
const doors: Record<string, readonly string[]> = {
  'node:crypto': [
    'src/protocol/crypto.ts',
    'src/protocol/keys',
    'src/protocol/seams.ts',
    'src/relying-party/crypto.ts',
    'bench',
  ],
  esbuild: ['src/cli/lab/program.ts'],
  '@noble/curves': ['src/protocol/deterministic-ecdsa.ts'],
  '@noble/post-quantum': ['src/protocol/keys/ml-dsa.ts'],
  '@simplewebauthn/server': ['src/relying-party/verification/simplewebauthn.ts'],
  libsql: ['src/relying-party'],
  hono: ['src/relying-party', 'src/cli/emulate'],
  '@hono/node-server': ['src/relying-party', 'src/cli/emulate'],
  otpauth: ['src/relying-party'],
  qrcode: ['src/relying-party'],
  tldts: ['src/client'],
  yaml: ['src/scenario/yaml-source.ts'],
  'fastest-levenshtein': ['src/scenario'],
  zod: ['src/scenario', 'src/relying-party', 'src/cli/emulate', 'src/transport/remote/messages.ts'],
  ws: ['src/browser', 'src/transport/remote'],
  playwright: ['src/browser', 'src/scenario/site', 'src/scenario/scene.ts'],
  '@playwright/test': [
    'src/browser',
    'src/scenario',
    'src/report',
    'src/cli/scenarios.host.ts',
    'playwright.config.ts',
  ],
  preact: ['src/report'],
  picocolors: ['src/report/colour.ts', 'src/cli'],
  commander: ['src/cli'],
  tsx: ['src/cli'],
  usb: ['src/transport/usb/library.ts'],
  'node-hid': ['src/transport/node-hid.ts'],
  'nid-webauthn-emulator': ['bench/nid-contest.ts'],
};

interface Edge {
  from: string;
  to: string;
}

/** Tests and what only they use may import any room. */
const forTests = /\.(test|contract)\.tsx?$|\/test-[^/]+\.ts$|\/testing\/|\/fixtures/;

const sources = ['src', 'emulator', 'bench']
  .flatMap((folder) =>
    readdirSync(resolve(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => `${folder}/${file}`),
  )
  .filter((file) => /\.(ts|tsx|mjs)$/.test(file) && !forTests.test(file));
const aliases = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8')).imports as Record<string, string>;

function specifiersOf(file: string): string[] {
  const text = readFileSync(resolve(root, file), 'utf8');
  return [...text.matchAll(/(?:^|\n|\})\s*(?:import|export)\b[^'"`;]*?from\s*'([^']+)'|\bimport\(?\s*'([^']+)'/g)].map(
    (match) => (match[1] ?? match[2]) as string,
  );
}

/** Our own files behind a specifier, relative to the root; undefined for packages and built-ins. */
function resolveOwn(from: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return relative(root, resolve(root, dirname(from), specifier));
  if (!specifier.startsWith('#')) return undefined;
  const alias = Object.entries(aliases).find(
    ([key]) => specifier === key || (key.endsWith('*') && specifier.startsWith(key.slice(0, -1))),
  );
  if (!alias) return specifier;
  const [key, target] = alias;
  return relative(root, resolve(root, target.replace('*', specifier.slice(key.length - 1))));
}

const edges: Edge[] = sources.flatMap((from) =>
  specifiersOf(from).flatMap((specifier) => {
    const to = resolveOwn(from, specifier);
    return to ? [{ from, to }] : [];
  }),
);

const roomOf = (file: string) => Object.keys(mayImport).find((room) => file.startsWith(`${room}/`));
const within = (file: string, places: readonly string[]) =>
  places.some((place) => file === place || file.startsWith(`${place}/`));

describe('the floor plan', () => {
  it('sees the imports it judges', () => {
    expect(edges.length).toBeGreaterThan(100);
    expect(edges.some(({ from, to }) => from.startsWith('emulator/') && to.startsWith('src/protocol/'))).toBe(true);
  });

  it('gives every source file a room', () => {
    expect(sources.filter((file) => roomOf(file) === undefined)).toEqual([]);
  });

  it('lets rooms import only what the table allows', () => {
    const violations = edges.filter(({ from, to }) => {
      const room = roomOf(from) as string;
      if (to.startsWith('emulator/') && room !== 'emulator')
        return to !== 'emulator/index.ts' || !within(from, emulatorImporters);
      return !within(to, [room, ...(mayImport[room] as string[])]);
    });
    expect(violations).toEqual([]);
  });

  it('has no cycles', () => {
    expect(findCycle(edges)).toEqual([]);
  });

  it('has one door for each package', () => {
    const violations = sources.flatMap((file) =>
      specifiersOf(file).flatMap((specifier) => {
        const name = Object.keys(doors).find((door) => specifier === door || specifier.startsWith(`${door}/`));
        return name && !within(file, doors[name] as string[]) ? [`${file} imports ${specifier}`] : [];
      }),
    );
    expect(violations).toEqual([]);
  });

  it('has no barrels but the emulator’s door', () => {
    const barrels = sources.filter((file) => /\/index\.tsx?$/.test(file) && file !== 'emulator/index.ts');
    expect(barrels).toEqual([]);
  });
});

/** The files of one import cycle, or nothing. */
function findCycle(all: readonly Edge[]): string[] {
  const targets = new Map<string, string[]>();
  for (const { from, to } of all) targets.set(from, [...(targets.get(from) ?? []), to]);
  const done = new Set<string>();
  const visit = (file: string, path: string[]): string[] => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return [];
    for (const to of targets.get(file) ?? []) {
      const cycle = visit(to, [...path, file]);
      if (cycle.length > 0) return cycle;
    }
    done.add(file);
    return [];
  };
  for (const file of targets.keys()) {
    const cycle = visit(file, []);
    if (cycle.length > 0) return cycle;
  }
  return [];
}
