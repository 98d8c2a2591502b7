import { expect, test } from 'vitest';
import { z } from 'zod';
import { check, locate } from './check.ts';
import { steps } from './schema/steps.ts';
import { count, duration, oneOf, oneOrMore } from './schema/units.ts';
import { readYaml } from './yaml-source.ts';

const schema = z.strictObject({
  word: z.union([z.enum(['unset', 'blocked']), z.strictObject({ set: z.string() })]).optional(),
  list: oneOrMore(z.enum(['one', 'two'])).optional(),
  count: count.optional(),
  wait: duration.optional(),
  choice: z.union([z.enum(['tap']), oneOf({ tap: z.string(), totp: z.string() })]).optional(),
  flag: z.boolean().optional(),
  steps: steps.optional(),
});

test.each([
  ['word: blokced', '1:7 unknown value "blokced" | did you mean "blocked"? allowed here: unset, blocked'],
  ['word: 5', '1:7 expected one word or a map, found 5 | allowed here: unset, blocked'],
  ['word: { sett: "1" }', '1:1 "set" is missing', '1:9 unknown key "sett" | did you mean "set"? allowed here: set'],
  ['word: { set: 1 }', '1:14 expected text, found 1'],
  ['word:', '1:6 expected one word or a map, found nothing | allowed here: unset, blocked'],
  ['list: [one, three]', '1:13 unknown value "three" | allowed here: one, two'],
  ['list: []', '1:1 expected at least 1 in the list'],
  ['count: -1', '1:8 expected at least 0'],
  ['count: 1.5', '1:8 write a whole number, or a comparison such as ">= 1"'],
  ['count: "> 1 < 3"', '1:8 not a comparison; write it like ">= 1"'],
  ['wait: 5', '1:7 a duration needs a unit: 300ms, 2s, 5m or 1h'],
  ['wait: 5 s', '1:7 not a duration; write it like 300ms, 2s, 5m or 1h'],
  ['choice: { tap: "1", totp: "2" }', '1:1 expected exactly one of tap, totp'],
  ['choice: { toptp: "1" }', '1:11 unknown key "toptp" | did you mean "totp"? allowed here: tap, totp'],
  ['flag: yes', '1:7 expected true or false, found text "yes"'],
  ['steps: done', '1:8 expected a list, found text "done"'],
  ['steps: [dune]', expect.stringMatching(/^1:9 unknown value "dune" \| did you mean "done"\?/)],
  ['steps: [review]', '1:9 step "review" needs an argument, e.g. review: ok'],
  ['steps: [5]', expect.stringMatching(/^1:9 expected one word or a map, found 5/)],
])('%s', (text, ...expected) => {
  const root = readYaml(text, 'a.yaml').root!;
  const checked = check(schema, root);
  const told = checked.ok ? [] : checked.findings.map((finding) => locate(finding, root));
  expect(
    told.map(({ line, column, message, hint }) => `${line}:${column} ${message}${hint ? ` | ${hint}` : ''}`),
  ).toEqual(expected);
});

test('what is right comes out typed, with durations in milliseconds and comparisons taken apart', () => {
  const root = readYaml(
    '{ count: ">= 2", wait: 1.5s, list: one, steps: [touch, { touch: , label: x }, { touch: { after: 2m } }] }',
    'a',
  ).root!;
  expect(check(schema, root)).toEqual({
    ok: true,
    value: {
      count: { comparator: '>=', value: 2 },
      wait: 1500,
      list: 'one',
      steps: ['touch', { touch: undefined, label: 'x' }, { touch: { after: 120_000 } }],
    },
  });
});
