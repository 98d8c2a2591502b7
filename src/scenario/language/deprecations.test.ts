import { describe, expect, test } from 'vitest';
import { replaceDeprecated } from './deprecations.ts';
import { type MapNode, toPlainValue } from './source-node.ts';
import { parseYaml } from './testing/parse-yaml.ts';

function replace(text: string) {
  const { root, warnings } = replaceDeprecated(parseYaml(text) as MapNode);
  return {
    value: toPlainValue(root),
    warnings: warnings.map(({ line, column, message }) => `${line}:${column} ${message}`),
  };
}

describe('replaceDeprecated', () => {
  test('renames orphans in a file, in its cases and in its matrix, with a warning for each', () => {
    const { value, warnings } = replace(
      [
        'expect: { relying-party: { orphans: 0, passkeys: 1 }, authenticator: { orphans: 1 } }',
        'cases: [{ id: one, expect: { authenticator: { orphans: 2 } } }]',
        'matrix: { expect.authenticator.orphans: [0, 1] }',
      ].join('\n'),
    );
    expect(value).toEqual({
      expect: {
        'relying-party': { 'abandoned-credentials': 0, passkeys: 1 },
        authenticator: { 'abandoned-credentials': 1 },
      },
      cases: [{ id: 'one', expect: { authenticator: { 'abandoned-credentials': 2 } } }],
      matrix: { 'expect.authenticator.abandoned-credentials': [0, 1] },
    });
    expect(warnings.toSorted()).toEqual([
      '1:28 Deprecated key "orphans": use "abandoned-credentials"',
      '1:72 Deprecated key "orphans": use "abandoned-credentials"',
      '2:47 Deprecated key "orphans": use "abandoned-credentials"',
      '3:11 Deprecated key "expect.authenticator.orphans": use "expect.authenticator.abandoned-credentials"',
    ]);
  });

  test('replaces client.checks: relay', () => {
    expect(replace('client: { checks: relay }')).toEqual({
      value: { client: { checks: 'none' } },
      warnings: ['1:19 Deprecated value "checks: relay": use "checks: none"'],
    });
    expect(replace('client: { checks: strict }').warnings).toEqual([]);
  });

  test('keeps an old key beside its new name, and keys with the same name elsewhere', () => {
    const both = { expect: { authenticator: { orphans: 1, 'abandoned-credentials': 1 } }, vars: { orphans: 3 } };
    expect(replace(JSON.stringify(both))).toEqual({ value: both, warnings: [] });
  });
});
