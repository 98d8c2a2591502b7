import { describe, expect, it } from 'vitest';
import { stepArguments } from '../step-arguments.ts';

const { schema } = stepArguments.mfa;

describe('the argument of mfa', () => {
  it.each([
    ['totp', { method: 'totp' }],
    ['tap', { method: 'tap' }],
    [{ totp: '123456' }, { method: 'totp', code: '123456' }],
    [
      { tap: 'PASS', as: 'bob' },
      { method: 'tap', code: 'PASS', as: 'bob' },
    ],
    [
      { method: 'totp', as: 'bob' },
      { method: 'totp', as: 'bob' },
    ],
    [
      { add: 'authenticator-app', as: 'bob' },
      { method: 'add-authenticator-app', as: 'bob' },
    ],
  ])('%j', (argument, parsed) => {
    expect(schema.parse(argument)).toEqual(parsed);
  });

  it.each([
    [{}],
    [{ as: 'bob' }],
    [{ tap: 'a', totp: '1' }],
    [{ method: 'totp', tap: 'a' }],
    [{ method: 'sms' }],
    [null],
  ])('refuses %j', (argument) => {
    expect(schema.safeParse(argument).success).toBe(false);
  });
});
