/**
 * A device at an address that touches itself, like the emulators of other projects, as the authenticator of a conformance run. Over UDP it
 * is restarted with the reboot datagram of the simulated keys of SoloKeys and OpenSK.
 */
import { systemClock } from '#base/clock.ts';
import {
  ActionFailed,
  type ConnectedAuthenticator,
} from '#conformance/authenticator/connected/connected-authenticator.ts';
import { magicReboot } from '#emulator';
import { TransportError } from '#protocol/errors.ts';
import type { PlannedKey } from '#real-keys/resolve-devices.ts';
import type { CtapDevice } from '#transport/device.ts';
import { guard } from '#transport/guarded-device.ts';
import { openDevice } from '#transport/registry.ts';
import { openUdp, parseUdpAddress } from '#transport/sockets.ts';
import { findReportInterface, interfacesOf } from './report-interface.ts';

/** Connects to the device. @throws {TransportError} if it cannot be opened. */
export async function connectSelfTouchingDevice(key: PlannedKey): Promise<ConnectedAuthenticator> {
  const connected = new SelfTouchingDevice(key);
  await connected.reconnect();
  return connected;
}

class SelfTouchingDevice implements ConnectedAuthenticator {
  readonly name: string;
  readonly behaviours = ['touch'] as const;
  readonly caseLimitMs = 60_000;
  readonly openHid: ConnectedAuthenticator['openHid'];
  readonly #key: PlannedKey;
  #device: CtapDevice | undefined;

  constructor(key: PlannedKey) {
    this.name = `${key.label} (${key.id})`;
    this.#key = key;
    this.openHid = findReportInterface(key.address);
  }

  get interfaces() {
    return interfacesOf(this.#device, this.openHid);
  }

  get device(): CtapDevice {
    if (!this.#device) throw new TransportError('disconnected', `${this.name} is not connected`);
    return this.#device;
  }

  setUser(): void {
    // It answers every request itself.
  }

  async powerCycle(): Promise<void> {
    const { address } = this.#key;
    if (!address.startsWith('udp:'))
      throw new ActionFailed(`Cannot restart ${this.name}: only a device at a udp: address has a reboot datagram`);
    await this.#disconnect();
    const pipe = await openUdp(parseUdpAddress(address.slice('udp:'.length)));
    pipe.send(magicReboot);
    await pipe.close();
    await this.reconnect();
  }

  wait(ms: number): Promise<void> {
    return systemClock.sleep(ms);
  }

  async reconnect(): Promise<void> {
    await this.#disconnect();
    this.#device = guard(await openDevice(this.#key.address), this.#key.policy);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#disconnect();
  }

  async #disconnect(): Promise<void> {
    const device = this.#device;
    this.#device = undefined;
    await device?.[Symbol.asyncDispose]();
  }
}
