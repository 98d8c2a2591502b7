import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMask, KnownSecrets, maskDeep } from './mask.ts';

const password = 'corr3ct "horse" & <staple>';
const mask = createMask({ secrets: [password, '1234', 'JBSWY3DPEHPK3PXP'] });

describe('A long secret', () => {
  it.each([
    ['as plain text', password],
    ['base64', Buffer.from(password).toString('base64')],
    ['base64url', Buffer.from(password).toString('base64url')],
    ['hex', Buffer.from(password).toString('hex')],
    ['upper-case hex', Buffer.from(password).toString('hex').toUpperCase()],
    ['percent-encoded', encodeURIComponent(password)],
    ['form-encoded', new URLSearchParams({ p: password }).toString().slice(2)],
    ['JSON', JSON.stringify(password).slice(1, -1)],
    ['HTML', 'corr3ct &quot;horse&quot; &amp; &lt;staple&gt;'],
  ])('is masked (%s)', (_, form) => {
    expect(mask(`before ${form} after`)).toMatch(/^before •••[=]{0,2} after$/);
    expect(mask(`x${form}y`)).not.toContain(form);
  });

  it.each([0, 1, 2, 3, 4])('is masked in base64 of longer data, after %i bytes', (shift) => {
    const plain = Buffer.concat([Buffer.alloc(shift, 'q'), Buffer.from('JBSWY3DPEHPK3PXP'), Buffer.from('rest')]);
    const masked = mask(plain.toString('base64'));
    expect(masked).toContain('•••');
    expect(Buffer.from(masked.replace('•••', ''), 'base64').toString()).not.toContain('WY3DPEHPK3');
  });

  it('is masked in any text', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 8 }), fc.string(), fc.string(), (secret, before, after) => {
        fc.pre(secret.trim().length >= 8 && !'•••'.includes(secret));
        expect(createMask({ secrets: [secret] })(`${before}${secret}${after}`).includes(secret)).toBe(false);
      }),
    );
  });
});

describe('A PIN', () => {
  it.each([
    'pin: "1234"',
    'pin=1234',
    'PIN was 1234.',
    '{"pin":1234}',
    'enter-pin: 1234',
    '1234',
    'pin:1234,x',
    'data 31323334 sent',
    'value MTIzNA==',
    'a_1234_b',
  ])('is masked in %s', (text) => {
    expect(mask(text)).toContain('•••');
    expect(mask(text)).not.toMatch(/1234|31323334|MTIzNA/);
  });

  it.each([
    'took 1234 ms',
    '1234ms',
    '0.1234',
    '1234.56',
    'a712345f',
    'sha256:e3b0c44298fc1c1491234',
    '550e8400-e29b-41d4-1234-446655440000',
    '1234-05-06T12:34:56.1234Z',
    '12:34:12.1234',
    '813132333f',
    '1313233340',
  ])('is not masked in %s', (text) => {
    expect(mask(text)).toBe(text);
  });

  it('is masked in hex at whole bytes', () => {
    expect(mask('a16370696e6431323334ff')).toBe('a16370696e64•••ff');
  });
});

it('masks the longer of two overlapping secrets', () => {
  expect(createMask({ secrets: ['1234', '123456'] })('pin 123456')).toBe('pin •••');
});

it('masks 20,000 secrets of a large run, long ones, PINs and their hex', () => {
  const long = Array.from({ length: 15_000 }, (_, index) => `secret number ${index} of the run`);
  const pins = Array.from({ length: 5000 }, (_, index) => `p${index}n`);
  const maskAll = createMask({ secrets: [...long, ...pins] });
  for (const index of [0, 4999, 14_999]) {
    const secret = long[index] ?? '';
    expect(maskAll(`a ${secret} b ${Buffer.from(secret).toString('hex')} c`)).toBe('a ••• b ••• c');
  }
  expect(maskAll('PIN p0n, p4999n, p5000n')).toBe('PIN •••, •••, p5000n');
});

it('masks a secret that becomes known later', () => {
  const known = new KnownSecrets();
  known.add(['864209']);
  expect(known.mask('864209 and hunter2-hunter2 and 1357')).toBe('••• and hunter2-hunter2 and 1357');
  known.add(['hunter2-hunter2', '1357', 'x']);
  expect(known.mask('864209 and hunter2-hunter2 and 1357')).toBe('••• and ••• and •••');
  expect(known.size).toBe(3);
});

it('does not mask texts that are too short for a secret', () => {
  expect(createMask({ secrets: ['', '  ', 'a', '12'] })('a 12 bottle')).toBe('a 12 bottle');
});

it('masks what a pattern matches', () => {
  expect(createMask({ secrets: [], patterns: ['TAP-[A-Z0-9]+'] })('use TAP-9X2 now')).toBe('use ••• now');
  expect(() => createMask({ secrets: [], patterns: ['('] })).toThrow(SyntaxError);
});

describe('maskDeep', () => {
  it('masks strings at any depth and leaves numbers, keys and null', () => {
    expect(maskDeep({ a: ['pin 1234', { b: '1234', c: 1234, d: null }], '1234': true }, mask)).toEqual({
      a: ['pin •••', { b: '•••', c: 1234, d: null }],
      '1234': true,
    });
  });

  it('does not mask strings excluded by the caller', () => {
    const maskPassed = createMask({ secrets: ['passed'] });
    const masked = maskDeep({ verdict: 'passed', title: 'passed' }, maskPassed, (key) => key === 'verdict');
    expect(masked).toEqual({ verdict: 'passed', title: '•••' });
  });
});
