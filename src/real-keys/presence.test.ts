import { describe, expect, test, vi } from 'vitest';
import type { FoundDevice } from '#transport/transport.ts';
import { Presence } from './presence.ts';

const key = {
  selector: 'any',
  id: 'A1',
  label: 'Key',
  address: 'hidraw:/dev/hidraw0',
  serial: 'A1',
  aaguid: '',
  pin: { state: 'unset' as const },
  options: {},
};
const listed: FoundDevice = { address: 'hidraw:/dev/hidraw3', product: 'Key', serial: 'A1' };
const neverAborted = () => new AbortController().signal;

function setUp(devices: FoundDevice[]) {
  const listDevices = vi.fn(async () => devices);
  const presence = new Presence({ key, listDevices, open: () => Promise.reject(new Error('not opened here')) });
  return { presence, listDevices };
}

describe('Presence', () => {
  test('finds a key by its serial number although its address has changed', async () => {
    const { presence } = setUp([listed]);
    expect(await presence.whenConnected(neverAborted())).toBe('hidraw:/dev/hidraw3');
  });

  test('resolves when the key is no longer listed', async () => {
    const devices = [listed];
    const { presence, listDevices } = setUp(devices);
    const unplugged = presence.whenDisconnected(undefined, neverAborted());
    await vi.waitFor(() => expect(listDevices).toHaveBeenCalled());
    devices.pop();
    await unplugged;
    expect(await presence.isAbsent()).toBe(true);
  });

  test('rejects at once for a signal that is aborted already, and does not look for the key', async () => {
    const { presence, listDevices } = setUp([]);
    const aborted = AbortSignal.abort(new Error('The case is over'));
    await expect(presence.whenConnected(aborted)).rejects.toThrow('The case is over');
    expect(listDevices).not.toHaveBeenCalled();
  });

  test('stops looking for the key when the signal aborts', async () => {
    const { presence, listDevices } = setUp([]);
    const abort = new AbortController();
    const connected = presence.whenConnected(abort.signal);
    await vi.waitFor(() => expect(listDevices).toHaveBeenCalled());
    abort.abort(new Error('The case is over'));
    await expect(connected).rejects.toThrow('The case is over');
    const calls = listDevices.mock.calls.length;
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(listDevices).toHaveBeenCalledTimes(calls);
  });
});
