/** Everything that `touchstone/emulator` exports says what it is. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';

const door = readFileSync(new URL('index.ts', import.meta.url), 'utf8');
const aliases: Record<string, string> = { '#protocol/': '../src/protocol/', './': './' };

const exported = [...door.matchAll(/^export (?:type )?\{([^}]*)\} from '([^']+)';/gms)].flatMap(([, names, from]) =>
  (names as string)
    .split(',')
    .map((name) => name.replace(/^\s*(?:type )?|\s+as .*$|\s*$/g, ''))
    .filter((name) => name !== '')
    .map((name): [string, string] => [name, from as string]),
);

function sourceOf(from: string): string {
  const [prefix, folder] = Object.entries(aliases).find(([alias]) => from.startsWith(alias)) as [string, string];
  return readFileSync(resolve(import.meta.dirname, folder, from.slice(prefix.length)), 'utf8');
}

it('sees the exports it judges', () => {
  expect(exported.map(([name]) => name)).toEqual(expect.arrayContaining(['createAuthenticator', 'Persona', 'encode']));
});

it.each(exported)('%s of %s has a docstring', (name, from) => {
  const declaration = new RegExp(
    String.raw`\*/\n(?:export )?(?:async )?(?:const|function|class|interface|type) ${name}\b`,
  );
  expect(sourceOf(from)).toMatch(declaration);
});
