import { expect, it } from 'vitest';
import { WebAuthnError } from '#protocol/errors.ts';
import { SignalLog } from './signal-log.ts';

const signal = { method: 'signalUnknownCredential', rpId: 'localhost', credentialId: 'AQ' } as const;
const removedOne = { removed: 1, hidden: 0, restored: 0, renamed: 0 };

it('records what the client did with each call', async () => {
  const log = new SignalLog();
  await log.follow(signal, async () => removedOne);
  expect(log.of('signalUnknownCredential')).toEqual([{ signal, error: 'none', effect: removedOne }]);
  expect(log.of('signalCurrentUserDetails')).toEqual([]);
});

it('records the error that the page gets, and passes it on', async () => {
  const log = new SignalLog();
  const refuse = async () => {
    throw new WebAuthnError('SecurityError', 'Cannot use the RP ID');
  };
  await expect(log.follow(signal, refuse)).rejects.toThrow('Cannot use the RP ID');
  expect(log.of('signalUnknownCredential')).toMatchObject([{ error: 'SecurityError', effect: { removed: 0 } }]);
});

it('waits for a call that the page makes a moment later', async () => {
  const log = new SignalLog();
  const waiting = log.whenCalled('signalUnknownCredential', 1);
  await log.follow(signal, async () => removedOne);
  await waiting;
  expect(log.of('signalUnknownCredential')).toHaveLength(1);
});
