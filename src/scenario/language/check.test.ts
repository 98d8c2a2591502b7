import { expect, test } from 'vitest';
import { z } from 'zod';
import { check, locate } from './check.ts';
import { authenticator } from './schema/authenticator.ts';
import { steps } from './schema/steps.ts';
import { count, duration, exactlyOneOf, oneOrMore } from './schema/units.ts';
import { parseYaml } from './testing/parse-yaml.ts';

const schema = z.strictObject({
  word: z.union([z.enum(['unset', 'blocked']), z.strictObject({ set: z.string() })]).optional(),
  list: oneOrMore(z.enum(['one', 'two'])).optional(),
  count: count.optional(),
  wait: duration.optional(),
  choice: z.union([z.enum(['tap']), exactlyOneOf({ tap: z.string(), totp: z.string() })]).optional(),
  flag: z.boolean().optional(),
  steps: steps.optional(),
  key: authenticator.optional(),
});
const expectedPin = 'Expected unset, blocked or a PIN such as { set: "1234" }';

test.each([
  ['word: blokced', '1:7 Unknown value "blokced" | Did you mean "blocked"? Allowed: unset, blocked'],
  ['word: 5', '1:7 Expected one word or a map, got 5 | Allowed: unset, blocked'],
  ['word: { sett: "1" }', '1:1 Missing key "set"', '1:9 Unknown key "sett" | Did you mean "set"? Allowed: set'],
  ['word: { set: 1 }', '1:14 Expected text, got 1'],
  ['word:', '1:6 Expected one word or a map, got nothing | Allowed: unset, blocked'],
  ['list: [one, three]', '1:13 Unknown value "three" | Allowed: one, two'],
  ['list: []', '1:1 Expected at least 1 in the list'],
  ['count: -1', '1:8 Expected at least 0'],
  ['count: 1.5', '1:8 Expected a whole number, or a comparison such as ">= 1"'],
  ['count: "> 1 < 3"', '1:8 Expected a whole number, or a comparison such as ">= 1"'],
  ['wait: 5', '1:7 Expected a duration with a unit: 300ms, 2s, 5m or 1h'],
  ['wait: 5 s', '1:7 Expected a duration with a unit: 300ms, 2s, 5m or 1h'],
  ['choice: { tap: "1", totp: "2" }', '1:1 Expected exactly one of tap, totp'],
  ['choice: { toptp: "1" }', '1:11 Unknown key "toptp" | Did you mean "totp"? Allowed: tap, totp'],
  ['flag: yes', '1:7 Expected true or false, got text "yes"'],
  ['key: { pin: 1234 }', `1:13 ${expectedPin}`],
  ['key: { pin: "1234" }', `1:13 ${expectedPin}`],
  ['key: { pin: [unset] }', `1:8 ${expectedPin}`],
  ['key: { pin: { set: 1234 } }', '1:20 Expected a PIN in quotes, e.g. "1234"'],
  ['steps: done', '1:8 Expected a list, got text "done"'],
  ['steps: [dune]', expect.stringMatching(/^1:9 Unknown value "dune" \| Did you mean "done"\?/)],
  ['steps: [review]', '1:9 Step "review" needs an argument, e.g. review: ok'],
  ['steps: [5]', expect.stringMatching(/^1:9 Expected one word or a map, got 5/)],
])('reports the errors of %s', (text, ...expected) => {
  const root = parseYaml(text);
  const checked = check(schema, root);
  const reported = checked.ok ? [] : checked.findings.map((finding) => locate(finding, root));
  expect(
    reported.map(({ line, column, message, hint }) => `${line}:${column} ${message}${hint ? ` | ${hint}` : ''}`),
  ).toEqual(expected);
});

test('returns valid values with durations in milliseconds and parsed comparisons', () => {
  const root = parseYaml(
    '{ count: ">= 2", wait: 1.5s, list: one, steps: [touch, { touch: , label: x }, { touch: { after: 2m } }] }',
  );
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
