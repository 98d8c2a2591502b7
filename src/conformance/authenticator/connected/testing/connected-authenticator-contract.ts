/** The contract of ConnectedAuthenticator: tests that every implementation must pass, on an emulated authenticator without a PIN. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { encodeMessage } from '#protocol/cbor.ts';
import { commands } from '#protocol/commands.ts';
import { statusName } from '#protocol/status.ts';
import type { UserBehaviour } from '../../test-target.ts';
import type { ConnectedAuthenticator } from '../connected-authenticator.ts';

const message = (name: keyof typeof commands) => encodeMessage(commands[name].code);

/** `open` starts a new authenticator. */
export function connectedAuthenticatorContract(
  name: string,
  behaviours: readonly UserBehaviour[],
  open: () => Promise<ConnectedAuthenticator>,
): void {
  describe(`${name} fulfils the contract of ConnectedAuthenticator`, () => {
    let subject: ConnectedAuthenticator;
    beforeEach(async () => {
      subject = await open();
      subject.setUser('touch');
    });
    afterEach(() => subject[Symbol.asyncDispose]());

    const send = async (command: keyof typeof commands, signal?: AbortSignal, onKeepalive?: () => void) => {
      const [status = -1] = await subject.device.transact(message(command), { signal, onKeepalive });
      return statusName(status);
    };

    test('has a name, a time limit and the expected behaviours', () => {
      expect(subject.name).not.toBe('');
      expect(subject.caseLimitMs).toBeGreaterThan(0);
      expect([...subject.behaviours].toSorted()).toEqual([...behaviours].toSorted());
    });

    test('is touched', async () => {
      expect(await send('authenticatorSelection')).toBe('CTAP2_OK');
    });

    test('is reset right after a power cycle', async () => {
      await subject.powerCycle();
      expect(await send('authenticatorReset')).toBe('CTAP2_OK');
    });

    test('connects again after the connection was lost', async () => {
      await subject.device[Symbol.asyncDispose]();
      await subject.reconnect();
      expect(await send('authenticatorGetInfo')).toBe('CTAP2_OK');
    });

    test.runIf(behaviours.includes('absent'))(
      'times out if the user is absent, and is touched afterwards',
      async () => {
        subject.setUser('absent');
        expect(await send('authenticatorSelection')).toBe('CTAP2_ERR_USER_ACTION_TIMEOUT');
        subject.setUser('touch');
        expect(await send('authenticatorSelection')).toBe('CTAP2_OK');
      },
    );

    test.runIf(behaviours.includes('wait'))('can be cancelled while the user waits', async () => {
      subject.setUser('wait');
      const cancellation = new AbortController();
      const cancel = () => cancellation.abort(new Error('The test cancels'));
      expect(await send('authenticatorSelection', cancellation.signal, cancel)).toBe('CTAP2_ERR_KEEPALIVE_CANCEL');
    });
  });
}
