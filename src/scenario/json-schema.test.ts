import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { scenarioJsonSchema } from './json-schema.ts';

test('the committed schema is the one of the language (to renew it: touchstone schema > src/scenario/scenario.schema.json)', () => {
  const committed = readFileSync(new URL('scenario.schema.json', import.meta.url), 'utf8');
  expect(committed).toBe(`${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`);
});

test('the schema is draft-07, strict, and describes every step', () => {
  const schema = scenarioJsonSchema();
  expect(schema.$schema).toBe('http://json-schema.org/draft-07/schema#');
  expect(schema.additionalProperties).toBe(false);
  const text = JSON.stringify(schema.definitions);
  expect(text).toContain('Example: touch: { after: 300ms }');
  const targets = [...JSON.stringify(schema).matchAll(/"\$ref":"#\/definitions\/([^"]+)"/g)].map(([, name]) => name!);
  expect(targets.filter((name) => !Object.hasOwn(schema.definitions!, name))).toEqual([]);
});
