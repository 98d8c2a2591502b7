import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { renamedPin } from './pin-mapping.ts';
import { parsePinSource, readPin } from './pin-provider.ts';

const folder = mkdtempSync(join(tmpdir(), 'touchstone-pin-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'pin');
writeFileSync(file, '864209\r\nnot this\n');
const empty = join(folder, 'empty');
writeFileSync(empty, '\n');
const nobody = () => undefined;

describe('the source of a PIN', () => {
  test.each([
    ['ask', { from: 'ask' }],
    ['env:PIN', { from: { env: 'PIN' } }],
    ['file:/run/secrets/pin', { from: { file: '/run/secrets/pin' } }],
    ['5234567=env:PIN', { key: '5234567', from: { env: 'PIN' } }],
    ['udp:127.0.0.1:8111=ask', { key: 'udp:127.0.0.1:8111', from: 'ask' }],
  ])('%s', (text, source) => {
    expect(parsePinSource(text)).toEqual(source);
  });

  test.each(['', '1234', 'env', 'env:', 'ask:1234', 'pin:1234', '=ask'])('%j is none', (text) => {
    expect(() => parsePinSource(text)).toThrow('ask, env:NAME or file:PATH is wanted');
  });

  test('gives the first line of a file, a variable, or what is typed', async () => {
    expect(await readPin({ from: { file } }, 'Key', {}, nobody)).toBe('864209');
    expect(await readPin({ from: { env: 'PIN' } }, 'Key', { PIN: '864209' }, nobody)).toBe('864209');
    expect(await readPin({ from: 'ask' }, 'Key', {}, async (question) => `${question}864209`)).toBe(
      'PIN of Key: 864209',
    );
  });

  test.each([
    [{ from: { file: empty } }, 'begins with an empty line'],
    [{ from: { file: join(folder, 'none') } }, 'ENOENT'],
    [{ from: { env: 'PIN' } }, 'the environment does not set PIN'],
    [{ from: 'ask' as const }, 'nobody sits at the terminal'],
  ])('%j that gives nothing is a mistake', async (source, complaint) => {
    await expect(readPin(source, 'Key', {}, nobody)).rejects.toThrow(complaint);
  });
});

test('what is right in the scenario is right at the key, and what is wrong stays wrong', () => {
  const pin = fc.string({ minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(pin, pin, pin, pin, (scenarioPin, ownPin, one, other) => {
      const typed = renamedPin(scenarioPin, ownPin);
      expect(typed(scenarioPin)).toBe(ownPin);
      expect(typed(one) === typed(other)).toBe(one === other);
      expect(typed(one) === ownPin).toBe(one === scenarioPin);
    }),
  );
  expect(renamedPin(undefined, '1')('2')).toBe('2');
});
