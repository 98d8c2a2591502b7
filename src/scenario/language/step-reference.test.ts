import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { stepReference } from './step-reference.ts';

test('docs/scenarios.md carries the reference of the steps as they are', () => {
  const document = readFileSync(new URL('../../../docs/scenarios.md', import.meta.url), 'utf8');
  expect(document).toContain(stepReference());
});
