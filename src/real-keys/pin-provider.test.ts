import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { UsageError } from '#base/errors.ts';
import { createPinMapping } from './pin-mapping.ts';
import { parsePinSource, readPin } from './pin-provider.ts';

const folder = mkdtempSync(join(tmpdir(), 'touchstone-pin-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'pin');
writeFileSync(file, '864209\r\nnot this\n');
const emptyFile = join(folder, 'empty');
writeFileSync(emptyFile, '\n');
const noTerminal = () => undefined;

describe('parsePinSource', () => {
  test.each([
    ['ask', { from: 'ask' }],
    ['env:PIN', { from: { env: 'PIN' } }],
    ['file:/run/secrets/pin', { from: { file: '/run/secrets/pin' } }],
    ['5234567=env:PIN', { key: '5234567', from: { env: 'PIN' } }],
    ['udp:127.0.0.1:8111=ask', { key: 'udp:127.0.0.1:8111', from: 'ask' }],
  ])('parses %s', (text, source) => {
    expect(parsePinSource(text)).toEqual(source);
  });

  test.each(['', '1234', 'env', 'env:', 'ask:1234', 'pin:1234', '=ask'])('rejects %j', (text) => {
    expect(() => parsePinSource(text)).toThrow(UsageError);
    expect(() => parsePinSource(text)).toThrow('Expected ask, env:NAME or file:PATH');
  });
});

describe('readPin', () => {
  test('returns the first line of a file, the value of a variable, or what the user types', async () => {
    expect(await readPin({ from: { file } }, 'Key', {}, noTerminal)).toBe('864209');
    expect(await readPin({ from: { env: 'PIN' } }, 'Key', { PIN: '864209' }, noTerminal)).toBe('864209');
    expect(await readPin({ from: 'ask' }, 'Key', {}, async (question) => `${question}864209`)).toBe(
      'PIN of Key: 864209',
    );
  });

  test.each([
    [{ from: { file: emptyFile } }, /the first line of .* is empty/],
    [{ from: { file: join(folder, 'none') } }, /ENOENT/],
    [{ from: { env: 'PIN' } }, /the environment does not set PIN/],
    [{ from: 'ask' as const }, /standard input is not a terminal/],
  ])('throws if %j has no PIN', async (source, message) => {
    await expect(readPin(source, 'Key', {}, noTerminal)).rejects.toThrow(message);
  });
});

test('the PIN mapping maps the right PIN to the right PIN, and wrong PINs to wrong PINs', () => {
  const pin = fc.string({ minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(pin, pin, pin, pin, (scenarioPin, keyPin, one, other) => {
      const mapPin = createPinMapping(scenarioPin, keyPin);
      expect(mapPin(scenarioPin)).toBe(keyPin);
      expect(mapPin(one) === mapPin(other)).toBe(one === other);
      expect(mapPin(one) === keyPin).toBe(one === scenarioPin);
    }),
  );
  expect(createPinMapping(undefined, '1')('2')).toBe('2');
});
