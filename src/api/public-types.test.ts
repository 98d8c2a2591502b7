/** The type tests in `testing/*.types.ts`: the compiler accepts them now, and would not if a public type changed. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { API } from 'typescript/unstable/sync';
import { expect, it } from 'vitest';
import { publicEntries } from '../cli/package/public-entries.ts';

const root = resolve(import.meta.dirname, '../..');
const folder = join(import.meta.dirname, 'testing');
const typeTests = readdirSync(folder).filter((name) => name.endsWith('.types.ts'));

/** For each type test, a change of a public type that it must notice: file, text, and what the text becomes. */
const changes: Readonly<Record<string, readonly [file: string, before: string, after: string]>> = {
  'main.types.ts': ['src/client/context.ts', 'id: string;\n', 'id: string;\n  serialNumber: string;\n'],
  'client.types.ts': ['src/client/credential-json.ts', 'publicKey?: string;', 'publicKey: string;'],
  'emulator.types.ts': ['emulator/gestures.ts', "'granted' | 'denied'", "'granted' | 'refused'"],
  'conformance.types.ts': ['src/conformance/case-result.ts', 'message: string;', 'message: string | undefined;'],
  'relying-party.types.ts': ['src/relying-party/portal/portal.ts', 'origin: string;', 'origin: URL;'],
  'playwright.types.ts': [
    'src/page-authenticator/registered-passkey.ts',
    'userVerified: boolean;',
    'userVerified?: boolean;',
  ],
};

it('every entry point has a type test', () => {
  const names = Object.keys(publicEntries).map((id) => `${id === 'api' ? 'main' : id}.types.ts`);
  expect(typeTests.toSorted()).toEqual(names.toSorted());
  expect(Object.keys(changes).toSorted()).toEqual(names.toSorted());
});

it('the public types are as the type tests expect', () => {
  expect(errorsOf(() => undefined)).toEqual([]);
});

it('the type test of each entry point fails when one of its types changes', () => {
  const changed = new Map(Object.values(changes).map(([file, before, after]) => [join(root, file), { before, after }]));
  const errors = errorsOf((path) => {
    const change = changed.get(path);
    if (!change) return undefined;
    const text = readFileSync(path, 'utf8');
    expect(text, path).toContain(change.before);
    return text.replace(change.before, change.after);
  });
  expect([...new Set(errors.map((error) => error.split(':')[0]))].toSorted()).toEqual(typeTests.toSorted());
});

/** Returns the errors that the compiler finds in the type tests. `readFile` returns the text of a changed file. */
function errorsOf(readFile: (path: string) => string | undefined): string[] {
  const compiler = new API({ cwd: root, fs: { readFile } });
  try {
    const config = join(folder, 'tsconfig.json');
    const snapshot = compiler.updateSnapshot({ openProjects: [config] });
    const { program } = snapshot.getProject(config) ?? {};
    if (!program) throw new Error(`Cannot read ${config}`);
    const errors = typeTests.flatMap((name) => program.getSemanticDiagnostics(join(folder, name)));
    snapshot.dispose();
    return errors.map(({ fileName = '', text }) => `${basename(fileName)}: ${text}`);
  } finally {
    compiler.close();
  }
}
