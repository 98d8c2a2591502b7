/** `touchstone docs`: renews the parts of the documentation that are made from code. */
import { readFileSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { authenticatorTables } from './authenticator-tables.ts';
import { withGenerated } from './generated.ts';

const file = new URL('../../../docs/authenticator.md', import.meta.url);

export const docsCommand = (_finish: (code: number) => void) =>
  new Command('docs').description('renew the generated parts of docs/authenticator.md').action(async () => {
    writeFileSync(file, withGenerated(readFileSync(file, 'utf8'), await authenticatorTables()));
    console.log('docs/authenticator.md is up to date');
  });
