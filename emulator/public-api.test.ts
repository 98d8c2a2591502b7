/** Every export of `touchstone/emulator` has a docstring. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';

const entryPoint = readFileSync(new URL('index.ts', import.meta.url), 'utf8');
const aliases: Record<string, string> = { '#base/': '../src/base/', '#protocol/': '../src/protocol/', './': './' };

const exported = [...entryPoint.matchAll(/^export (?:type )?\{([^}]*)\} from '([^']+)';/gms)].flatMap(
  ([, names, from]) =>
    (names as string)
      .split(',')
      .map((name) => name.replace(/\/\*.*?\*\//gs, '').replace(/^\s*(?:type )?|\s+as .*$|\s*$/g, ''))
      .filter((name) => name !== '')
      .map((name): [string, string] => [name, from as string]),
);

function sourceOf(from: string): string {
  const [prefix, folder] = Object.entries(aliases).find(([alias]) => from.startsWith(alias)) as [string, string];
  return readFileSync(resolve(import.meta.dirname, folder, from.slice(prefix.length)), 'utf8');
}

it('the test finds the exports of index.ts', () => {
  expect(exported.map(([name]) => name)).toEqual(expect.arrayContaining(['createAuthenticator', 'Persona', 'encode']));
});

it.each(exported)('%s of %s has a docstring', (name, from) => {
  const declaration = new RegExp(
    String.raw`\*/\n(?:export )?(?:async )?(?:const|function|class|interface|type) ${name}\b`,
  );
  expect(sourceOf(from)).toMatch(declaration);
});
