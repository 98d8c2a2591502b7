/** What every CtapDevice must do, whatever it is made of. A test of an implementation runs this on it. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { decode } from '#protocol/cbor-reader.ts';
import { TransportError } from '#protocol/errors.ts';
import { ctapStatus } from '#protocol/status.ts';
import type { CtapDevice, Keepalive } from '../device.ts';

/** An open device whose authenticator is freshly powered, with somebody's hands on it. */
export interface DeviceUnderContract {
  device: CtapDevice;
  /** A touch, now or at the next wait for one. */
  touch(): void;
  /** Resolves once the authenticator waits for a gesture. */
  whenWaiting(): Promise<unknown>;
  /** Pulls the cable. Absent where that cannot be played. */
  unplug?(): void;
}

const getInfo = new Uint8Array([0x04]);
const selection = new Uint8Array([0x0b]);
const unknownCommand = new Uint8Array([0x3f]);

export function deviceContract(name: string, open: () => Promise<DeviceUnderContract>): void {
  describe(`${name} keeps the contract of a CtapDevice`, () => {
    let it: DeviceUnderContract;
    beforeEach(async () => {
      it = await open();
    });
    afterEach(() => it.device[Symbol.asyncDispose]());

    test('it says what it is', () => {
      expect(it.device.name).toMatch(/^[a-z-]+:.+/);
      expect(it.device.capabilities.cbor).toBe(true);
    });

    test('an answer is a status byte and CBOR', async () => {
      const [status, ...body] = await it.device.transact(getInfo);
      expect(status).toBe(ctapStatus.CTAP2_OK);
      expect(decode(new Uint8Array(body))).toBeInstanceOf(Map);
    });

    test('an error status is an answer, not an exception', async () => {
      expect([...(await it.device.transact(unknownCommand))]).toEqual([ctapStatus.CTAP1_ERR_INVALID_COMMAND]);
    });

    test('the message is left as it is, and every answer is its own', async () => {
      const message = getInfo.slice();
      const first = await it.device.transact(message);
      expect(message).toEqual(getInfo);
      const copy = first.slice();
      first.fill(0xff);
      expect(await it.device.transact(message)).toEqual(copy);
    });

    test('a long message arrives whole', async () => {
      const padding = new Uint8Array(900);
      const echo = await it.device.transact(new Uint8Array([0x01, 0x59, 0x03, 0x84, ...padding]));
      expect(echo[0]).toBe(ctapStatus.CTAP2_ERR_CBOR_UNEXPECTED_TYPE);
    });

    test('while it waits for a touch it says so, and then goes on', async () => {
      const states: Keepalive[] = [];
      const answer = it.device.transact(selection, { onKeepalive: (state) => states.push(state) });
      await it.whenWaiting();
      it.touch();
      expect([...(await answer)]).toEqual([ctapStatus.CTAP2_OK]);
      expect(states).toContain('upneeded');
    });

    test('aborting cancels the command and leaves the device ready', async () => {
      const abort = new AbortController();
      const answer = it.device.transact(selection, { signal: abort.signal });
      await it.whenWaiting();
      abort.abort(new Error('no longer wanted'));
      expect([...(await answer)]).toEqual([ctapStatus.CTAP2_ERR_KEEPALIVE_CANCEL]);
      expect((await it.device.transact(getInfo))[0]).toBe(ctapStatus.CTAP2_OK);
    });

    test('aborting after the answer does nothing', async () => {
      const abort = new AbortController();
      await it.device.transact(getInfo, { signal: abort.signal });
      abort.abort(new Error('too late'));
      expect((await it.device.transact(getInfo))[0]).toBe(ctapStatus.CTAP2_OK);
    });

    test('pulled, it ends what runs and refuses what follows', async (context) => {
      const { unplug } = it;
      if (!unplug) return context.skip('the cable cannot be pulled here');
      const gone = { name: 'TransportError', kind: 'disconnected' } satisfies Partial<TransportError>;
      const running = expect(it.device.transact(selection)).rejects.toMatchObject(gone);
      await it.whenWaiting();
      unplug();
      await running;
      await expect(it.device.transact(getInfo)).rejects.toMatchObject(gone);
    });

    test('disposed, it refuses', async () => {
      await it.device[Symbol.asyncDispose]();
      await expect(it.device.transact(getInfo)).rejects.toBeInstanceOf(TransportError);
    });
  });
}
