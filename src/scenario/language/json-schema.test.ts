import { readdirSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { scenarioJsonSchema } from './json-schema.ts';
import { toPlainValue } from './source-node.ts';
import { parseYaml } from './testing/parse-yaml.ts';

test('scenarioJsonSchema is draft-07, strict, and describes every step', () => {
  const schema = scenarioJsonSchema();
  expect(schema.$schema).toBe('http://json-schema.org/draft-07/schema#');
  expect(schema.additionalProperties).toBe(false);
  const text = JSON.stringify(schema.definitions);
  expect(text).toContain('Example: touch: { after: 300ms }');
  const targets = [...JSON.stringify(schema).matchAll(/"\$ref":"#\/definitions\/([^"]+)"/g)].map(
    ([, name = '']) => name,
  );
  expect(targets.filter((name) => !Object.hasOwn(schema.definitions ?? {}, name))).toEqual([]);
});

test('the JSON Schema accepts the files that the loader accepts, and rejects an invalid one', () => {
  const validate = new Ajv({ strict: false }).compile(scenarioJsonSchema());
  const accepts = (path: URL) => validate(toPlainValue(parseYaml(readFileSync(path, 'utf8'), path.pathname)));
  for (const folder of ['../../../scenarios/', '../../../scenarios/shared/', 'testing/', 'testing/shared/']) {
    const url = new URL(folder, import.meta.url);
    const files = readdirSync(url).filter((name) => name.endsWith('.yaml') && !name.startsWith('broken'));
    expect(files.length).toBeGreaterThan(0);
    expect(files.filter((name) => !accepts(new URL(name, url)))).toEqual([]);
  }
  expect(accepts(new URL('./testing/broken.yaml', import.meta.url))).toBe(false);
});
