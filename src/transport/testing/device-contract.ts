/** The contract of CtapDevice: tests that every implementation must pass. The test of an implementation calls `deviceContract`. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { toHex, utf8 } from '#base/bytes.ts';
import { defined } from '#base/testing/defined.ts';
import { decode } from '#protocol/cbor-reader.ts';
import { TransportError } from '#protocol/errors.ts';
import { ctapStatus } from '#protocol/status.ts';
import type { CtapDevice, Keepalive } from '../device.ts';

/** An open device with a freshly powered authenticator, and functions that control the gestures and the cable. */
export interface DeviceUnderContract {
  device: CtapDevice;
  /** Touches the key: ends the current wait for a touch, or the next one. */
  touch(): void;
  /** Resolves when the authenticator waits for a gesture. */
  whenWaiting(): Promise<unknown>;
  /** Unplugs the key. Absent if the implementation cannot be unplugged in a test. */
  unplug?(): void;
}

const getInfo = new Uint8Array([0x04]);
const selection = new Uint8Array([0x0b]);
const unknownCommand = new Uint8Array([0x3f]);

export function deviceContract(name: string, open: () => Promise<DeviceUnderContract>): void {
  describe(`${name} fulfils the contract of CtapDevice`, () => {
    let subject: DeviceUnderContract;
    beforeEach(async () => {
      subject = await open();
    });
    afterEach(() => subject.device[Symbol.asyncDispose]());

    test('has a name and capabilities', () => {
      expect(subject.device.name).toMatch(/^[a-z-]+:.+/);
      expect(subject.device.capabilities.cbor).toBe(true);
    });

    test('answers with a status byte and CBOR', async () => {
      const [status, ...body] = await subject.device.transact(getInfo);
      expect(status).toBe(ctapStatus.CTAP2_OK);
      expect(decode(new Uint8Array(body))).toBeInstanceOf(Map);
    });

    test('resolves with an error status instead of rejecting', async () => {
      expect([...(await subject.device.transact(unknownCommand))]).toEqual([ctapStatus.CTAP1_ERR_INVALID_COMMAND]);
    });

    test('does not change the message, and returns a new answer each time', async () => {
      const message = getInfo.slice();
      const first = await subject.device.transact(message);
      expect(message).toEqual(getInfo);
      const copy = first.slice();
      first.fill(0xff);
      expect(await subject.device.transact(message)).toEqual(copy);
    });

    test('transfers a long message completely', async () => {
      const padding = new Uint8Array(900);
      const answer = await subject.device.transact(new Uint8Array([0x01, 0x59, 0x03, 0x84, ...padding]));
      expect(answer[0]).toBe(ctapStatus.CTAP2_ERR_CBOR_UNEXPECTED_TYPE);
    });

    test('sends keepalives while it waits for a touch, then answers', async () => {
      const states: Keepalive[] = [];
      const answer = subject.device.transact(selection, { onKeepalive: (state) => states.push(state) });
      await subject.whenWaiting();
      subject.touch();
      expect([...(await answer)]).toEqual([ctapStatus.CTAP2_OK]);
      expect(states).toContain('upneeded');
    });

    test('cancels the command when the signal is aborted, and stays usable', async () => {
      const abort = new AbortController();
      const answer = subject.device.transact(selection, { signal: abort.signal });
      await subject.whenWaiting();
      abort.abort(new Error('cancelled'));
      expect([...(await answer)]).toEqual([ctapStatus.CTAP2_ERR_KEEPALIVE_CANCEL]);
      expect((await subject.device.transact(getInfo))[0]).toBe(ctapStatus.CTAP2_OK);
    });

    test('ignores an abort after the answer', async () => {
      const abort = new AbortController();
      await subject.device.transact(getInfo, { signal: abort.signal });
      abort.abort(new Error('too late'));
      expect((await subject.device.transact(getInfo))[0]).toBe(ctapStatus.CTAP2_OK);
    });

    test('rejects the current and later messages after it is unplugged', async (context) => {
      const { unplug } = subject;
      if (!unplug) return context.skip('this implementation cannot be unplugged');
      const disconnected = { name: 'TransportError', kind: 'disconnected' } satisfies Partial<TransportError>;
      const running = expect(subject.device.transact(selection)).rejects.toMatchObject(disconnected);
      await subject.whenWaiting();
      unplug();
      await running;
      await expect(subject.device.transact(getInfo)).rejects.toMatchObject(disconnected);
    });

    test('transfers U2F messages', async (context) => {
      const { device } = subject;
      if (device.capabilities.nmsg) return context.skip('the key does not support U2F');
      const version = new Uint8Array([0, 3, 0, 0, 0, 0, 0]);
      const answer = defined(device.transactU2f).call(device, version);
      expect(toHex(await answer)).toBe(`${toHex(utf8('U2F_V2'))}9000`);
    });

    test('rejects messages after it is disposed', async () => {
      await subject.device[Symbol.asyncDispose]();
      await expect(subject.device.transact(getInfo)).rejects.toBeInstanceOf(TransportError);
    });
  });
}
