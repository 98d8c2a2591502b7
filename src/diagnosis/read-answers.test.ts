import { expect, test } from 'vitest';
import { readAnswers } from './read-answers.ts';

const errorsOf = (text: string) => {
  const read = readAnswers(text, 'answers.yaml');
  return 'diagnostics' in read
    ? read.diagnostics.map(({ line, column, message, hint }) => `${line}:${column} ${message}${hint ? ` ${hint}` : ''}`)
    : [];
};

test('reads facts by section', () => {
  expect(readAnswers('user: { guest: true, verified-ago: 6m }\npolicy: { allow: [synced] }', 'a.yaml')).toEqual({
    facts: { 'user.guest': true, 'user.verified-ago': 360_000, 'policy.allow': ['synced'] },
  });
});

test.each([
  ['user: { gast: true }', [/^1:9 Unknown key "gast" Did you mean "guest"\?/]],
  ['users: {}', [/^1:1 Unknown key "users" Did you mean "user"\?/]],
  ['key: { pin: bloked }', [/^1:13 Unknown value "bloked" Did you mean "blocked"\?/]],
  ['key: { free-places: many }', [/^1:21 Expected a number, got text "many"$/]],
  ['user: { verified-ago: 6 }', [/^1:23 Expected a duration with a unit: 300ms, 2s, 5m or 1h$/]],
  ['- user', [/^1:1 Expected a map with sections such as policy, user, browser and key$/]],
  ['', [/^1:1 The file is empty$/]],
  ['user: {', [/^1:8 Flow map .*end with a }$/]],
])('reports where %j is wrong', (text, errors) => {
  expect(errorsOf(text)).toEqual(errors.map((error) => expect.stringMatching(error)));
});
