import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toPlainValue } from './source-node.ts';
import { readYaml } from './yaml-source.ts';
import { toYamlText } from './yaml-text.ts';

const read = (text: string) => {
  const { root } = readYaml(`value: ${text}`, 'test.yaml');
  return root && (toPlainValue(root) as { value: unknown }).value;
};

describe('toYamlText', () => {
  it('writes a locator as a person would', () => {
    expect(toYamlText({ role: 'button', name: 'Add a passkey', exact: true })).toBe(
      '{ role: button, name: Add a passkey, exact: true }',
    );
  });

  it('sets quotes where the text would be something else', () => {
    expect(toYamlText({ name: 'yes: {no}', nth: -1, text: '1234', 'test-id': 'true' })).toBe(
      '{ name: "yes: {no}", nth: -1, text: "1234", test-id: "true" }',
    );
  });

  it('writes one line that reads as the same value', () => {
    const text = fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' });
    fc.assert(
      fc.property(fc.record({ role: text, name: text, within: fc.record({ text }) }), (value) => {
        const written = toYamlText(value);
        expect(written).not.toContain('\n');
        expect(read(written)).toEqual(value);
      }),
      { seed: 1 },
    );
  });
});
