import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UsageError } from '#base/errors.ts';
import { commandLineReference } from './command-line-reference.ts';
import { generatedFiles } from './generated-files.ts';
import { withMarkedParts } from './marked-parts.ts';

const root = resolve(import.meta.dirname, '../../..');

describe('generated files', () => {
  it.each(Object.entries(generatedFiles))(
    '%s is up to date (to renew it: npm run generate)',
    async (file, generate) => {
      const committed = readFileSync(resolve(root, file), 'utf8');
      expect(committed).toBe(await generate(committed));
    },
  );
});

describe('withMarkedParts', () => {
  const text = 'a\n<!-- begin x -->\nold\n<!-- end x -->\nb';

  it('replaces the content between the markers', () => {
    expect(withMarkedParts(text, { x: 'new' })).toBe('a\n<!-- begin x -->\nnew\n<!-- end x -->\nb');
  });

  it('refuses a part without markers, and markers without a part', () => {
    expect(() => withMarkedParts(text, { x: '', y: '' })).toThrow(UsageError);
    expect(() => withMarkedParts(text, {})).toThrow(UsageError);
  });
});

describe('commandLineReference', () => {
  it('has a section with options for every command, subcommands included', async () => {
    const reference = await commandLineReference();
    for (const command of ['run', 'validate', 'list', 'emulate', 'keys', 'keys serve', 'report', 'schema'])
      expect(reference).toContain(`## touchstone ${command}\n`);
    expect(reference).toContain('`-o, --output <folder>`');
  });

  it('leaves out hidden options', async () => {
    expect(await commandLineReference()).not.toContain('--spare');
  });
});
