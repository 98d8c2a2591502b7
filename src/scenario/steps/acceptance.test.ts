/** Steps whose valid credentials the relying party refuses. */
import { describe, expect, it } from 'vitest';
import type { Keyword, StepArgument } from '../language/step-arguments.ts';
import type { Organisation } from '../parties/organisation.ts';
import { RelyingPartyLog } from '../parties/relying-party-log.ts';
import type { FlowValues, SiteFlow } from '../parties/site/site-flow.ts';
import { createStepContext, neverAborted } from '../testing/step-context.ts';
import { expectsRefusal } from './acceptance.ts';

type Line = { path: string; expected: unknown };

/** The flow types the password if `types` is true, and then the relying party logs `events`: an event, or an event and its reason. */
function setUp(events: (string | [event: string, reason: string])[], lines: Line[] = [], { types = true } = {}) {
  const log = new RelyingPartyLog();
  const typed: string[] = [];
  const record = (name: string, user: string, reason?: string) =>
    log.add({ atMs: 0, party: 'relying-party', event: name, detail: { user, ...(reason && { reason }) } });
  const flow = {
    async run(word: string, values: FlowValues) {
      typed.push(word);
      for (const [name, value] of Object.entries(values))
        if (types || name !== 'user.password') typed.push(`${name}=${typeof value === 'function' ? value() : value}`);
      for (const one of events)
        record(typeof one === 'string' ? one : one[0], 'ada', typeof one === 'string' ? undefined : one[1]);
    },
  } as unknown as SiteFlow;
  const organisation = {
    log,
    administration: {},
    user: (name = log.signedIn ?? 'ada') => ({ name, values: { 'user.name': name, 'user.password': `${name}-pw` } }),
    totpCode: (name = log.signedIn ?? 'ada') => `code of ${name}`,
    newestTap: (name = log.signedIn ?? 'ada') => `pass of ${name}`,
  } as unknown as Organisation;
  const { run } = createStepContext({ flow, organisation, expectsRefusal: expectsRefusal(lines) });
  return { run, typed, record };
}

describe('a step with valid credentials that the relying party refuses', () => {
  it.each<[keyword: Keyword, args: unknown, refusal: [string, string], message: string]>([
    [
      'open-security-info',
      undefined,
      ['signin.throttled', 'sign-in-throttled'],
      'The site did not sign in ada: sign-in-throttled',
    ],
    ['sign-in', { as: 'bob' }, ['signin.failed', 'sign-in-failed'], 'The site did not sign in bob: sign-in-failed'],
    [
      'mfa',
      { method: 'totp' },
      ['mfa.totp.failed', 'totp-invalid'],
      'The site did not accept the code of ada: totp-invalid',
    ],
    [
      'mfa',
      { method: 'tap' },
      ['mfa.tap.failed', 'tap-expired'],
      'The site did not accept the Temporary Access Pass of ada: tap-expired',
    ],
    [
      'done',
      undefined,
      ['registration.refused', 'pending-gone'],
      'The site did not register the passkey: pending-gone',
    ],
    [
      'rename',
      { from: 'a', to: ' ' },
      ['request.refused', 'name-invalid'],
      'The site did not rename the passkey: name-invalid',
    ],
    ['delete', 'a', ['request.refused', 'passkey-unknown'], 'The site did not delete the passkey: passkey-unknown'],
  ])('%s fails with the reason code', async (keyword, args, refusal, message) => {
    const { run } = setUp([refusal]);
    await expect(run(keyword, args as StepArgument<Keyword>)).rejects.toThrow(message);
  });

  it.each<Line>([
    { path: 'relying-party.refused', expected: 'totp-invalid' },
    { path: 'relying-party.events', expected: ['mfa.required', 'mfa.totp.failed'] },
  ])('passes if the case expects the refusal in $path', async (line) => {
    await setUp([['mfa.totp.failed', 'totp-invalid']], [line]).run('mfa', { method: 'totp' });
  });

  it('fails for another refusal than the expected one', async () => {
    const { run } = setUp(
      [['mfa.totp.failed', 'totp-invalid']],
      [{ path: 'relying-party.refused', expected: 'tap-used' }],
    );
    await expect(run('mfa', { method: 'totp' })).rejects.toThrow('totp-invalid');
  });

  it('passes for a password or a code that the scenario gives, because it may be a wrong one', async () => {
    await setUp([['signin.failed', 'sign-in-failed']]).run('sign-in', { password: 'wrong' });
    await setUp([['mfa.totp.failed', 'totp-invalid']]).run('mfa', { method: 'totp', code: '000000' });
  });

  it('passes for a refusal before the step', async () => {
    const { run, record } = setUp(['mfa.totp.ok']);
    record('mfa.totp.failed', 'ada', 'totp-invalid');
    await run('mfa', { method: 'totp' });
  });
});

describe('open-security-info', () => {
  it('waits for no answer if the user is signed in already', async () => {
    const { run, record } = setUp([], [], { types: false });
    record('signin.ok', 'ada');
    await run('open-security-info', undefined);
  });

  it('fails if another user is signed in', async () => {
    const { run, record } = setUp([], [], { types: false });
    record('signin.ok', 'ada');
    await expect(run('open-security-info', { as: 'bob' })).rejects.toThrow(
      'Cannot open Security info as bob: ada is signed in',
    );
  });

  it('fails at its time limit if the relying party does not answer', async () => {
    const signal = AbortSignal.abort(new Error('The step was not done within 15000 ms'));
    await expect(setUp([]).run('open-security-info', undefined, signal)).rejects.toThrow(
      'The site did not sign in ada',
    );
  });
});

describe('mfa', () => {
  it.each<[args: StepArgument<'mfa'>, typed: string]>([
    [{ method: 'totp' }, 'totp=code of bob'],
    [{ method: 'totp', as: 'ada' }, 'totp=code of ada'],
    [{ method: 'totp', code: '123456' }, 'totp=123456'],
    [{ method: 'tap' }, 'tap=pass of bob'],
    [{ method: 'tap', as: 'ada' }, 'tap=pass of ada'],
  ])('%j types the code of the user who is signed in, or of the named one', async (args, expected) => {
    const { run, record, typed } = setUp([]);
    record('signin.ok', 'bob');
    await run('mfa', args, neverAborted);
    expect(typed).toEqual([`mfa.${args.method}`, expected]);
  });
});
