import { describe, expect, it } from 'vitest';
import type { PartyEvent } from '#result/transcript.ts';
import { RelyingPartyLog } from './relying-party-log.ts';

const event = (name: string, detail: PartyEvent['detail'] = {}): PartyEvent => ({
  atMs: 0,
  party: 'relying-party',
  event: name,
  detail,
});
const neverAborted = new AbortController().signal;

describe('RelyingPartyLog', () => {
  it('returns who is signed in, with password or passkey, until the sign-out', () => {
    const log = new RelyingPartyLog();
    const seen = [
      event('signin.failed', { user: 'bob', reason: 'sign-in-failed' }),
      event('signin.ok', { user: 'ada' }),
      event('mfa.totp.ok', { user: 'ada' }),
      event('signout', { user: 'ada' }),
      event('signin.passkey.ok', { user: 'bob' }),
    ].map((one) => {
      log.add(one);
      return [log.signedIn, log.lastSignedIn];
    });
    expect(seen).toEqual([
      [undefined, undefined],
      ['ada', 'ada'],
      ['ada', 'ada'],
      [undefined, 'ada'],
      ['bob', 'bob'],
    ]);
  });

  it('removes the user when the case continues with another one', () => {
    const log = new RelyingPartyLog();
    log.add(event('signin.ok', { user: 'ada' }));
    log.forgetUser();
    expect([log.signedIn, log.lastSignedIn]).toEqual([undefined, undefined]);
  });

  it('returns the refusals since a length, and the last one', () => {
    const log = new RelyingPartyLog();
    log.add(event('mfa.totp.failed', { reason: 'totp-invalid' }));
    const since = log.length;
    expect(log.refusalsSince(since)).toEqual([]);
    log.add(event('mfa.totp.ok'));
    log.add(event('registration.refused', { reason: 'aaguid-not-allowed' }));
    expect(log.refusalsSince(since)).toEqual([{ event: 'registration.refused', reason: 'aaguid-not-allowed' }]);
    expect(log.lastRefusal?.reason).toBe('aaguid-not-allowed');
  });

  it('waits for an event or a refusal, also one that was logged before the wait', async () => {
    const log = new RelyingPartyLog();
    log.add(event('signin.ok'));
    const since = log.length;
    const done = log.whenDone(['signin.ok'], since, neverAborted);
    log.add(event('mfa.required'));
    log.add(event('signin.ok'));
    expect(await done).toBeUndefined();
    log.add(event('signin.failed', { reason: 'sign-in-failed' }));
    expect(await log.whenDone(['signout'], since, neverAborted)).toMatchObject({ reason: 'sign-in-failed' });
    const aborted = AbortSignal.abort(new Error('too late'));
    await expect(log.whenDone(['signout'], log.length, aborted)).rejects.toThrow('too late');
  });
});
