import { resolve } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { type EntryPointId, publicEntries } from '../../package/public-entries.ts';
import type { ApiEntryPoint, ApiItem } from './api-item.ts';
import { formatApiPage } from './format-page.ts';
import { readEntryPoints } from './read-entry-points.ts';

const root = resolve(import.meta.dirname, '../../../..');

let entryPoints: Record<EntryPointId, ApiEntryPoint>;
beforeAll(() => {
  entryPoints = readEntryPoints(root, publicEntries);
});

const itemOf = (entryPoint: ApiEntryPoint, name: string): ApiItem | undefined =>
  [...entryPoint.exports, ...entryPoint.mentioned].find((item) => item.name === name);

it.each(Object.keys(publicEntries) as EntryPointId[])('every export of the entry point %s has a docstring', (id) => {
  const { text, exports, shared } = entryPoints[id];
  expect(text).toMatch(/^The public entry point `touchstone/);
  expect(exports.length + shared.length).toBeGreaterThan(3);
  expect(exports.filter((item) => item.text === '').map(({ name }) => name)).toEqual([]);
});

it('every method of an exported class has a docstring', () => {
  const methods = Object.values(entryPoints).flatMap(({ exports }) =>
    exports
      .filter(({ kind }) => kind === 'class')
      .flatMap(({ name, members }) => members.map((member) => ({ ...member, name })))
      .filter(
        ({ signature, text }) => /^\w+(<.*>)?\(/.test(signature) && !/^constructor/.test(signature) && text === '',
      ),
  );
  expect(methods.map(({ name, signature }) => `${name}.${signature}`)).toEqual([]);
});

it('describes a function with optional parameters, its result and its errors', () => {
  expect(itemOf(entryPoints.playwright, 'attachAuthenticator')).toMatchObject({
    kind: 'function',
    signature:
      'function attachAuthenticator(target: Page | BrowserContext, options?: AttachOptions): Promise<AttachedAuthenticator>',
    throws: [expect.stringMatching(/^\{UsageError\}/)],
  });
});

it('leaves out private and internal members of a class', () => {
  const signatures = itemOf(entryPoints.playwright, 'SecurityKey')?.members.map(({ signature }) => signature) ?? [];
  expect(signatures).toContain('touch(): void');
  expect(signatures).toContain('readonly isPluggedIn: boolean');
  expect(signatures.filter((text) => /^#|constructor|addRegistration|\blog\b/.test(text))).toEqual([]);
});

it('describes an export of several entry points once', () => {
  expect(itemOf(entryPoints.client, 'create')).toBeDefined();
  expect(itemOf(entryPoints.api, 'create')).toBeUndefined();
  expect(entryPoints.api.shared).toContainEqual(expect.objectContaining({ name: 'create', describedBy: 'client' }));
});

it('describes the types that exports mention, without an export of their own', () => {
  expect(itemOf(entryPoints.client, 'PinPrompt')?.members).toContainEqual(
    expect.objectContaining({ signature: "kind: 'set' | 'change' | 'enter'" }),
  );
});

it('formats members as a table, in which a bar is escaped', () => {
  const item: ApiItem = {
    name: 'Key',
    kind: 'interface',
    text: 'A key.',
    throws: [],
    deprecated: undefined,
    signature: 'interface Key',
    members: [
      { signature: 'pin?: string | null', text: 'The\nPIN.', throws: ['{Error} always.'], deprecated: 'Use pin.' },
    ],
  };
  const entryPoint = { text: 'About.', exports: [item], shared: [], mentioned: [] };
  const page = { specifier: 'touchstone/x', file: 'x.md', entryPoint };
  expect(formatApiPage(page, () => page)).toContain(
    '| `pin?: string \\| null` | **Deprecated.** Use pin. The PIN. Throws `Error` always. |',
  );
});
