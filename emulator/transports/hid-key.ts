/** A key with a HID interface and a plug: what UDP, TCP and every other carrier of 64-byte reports share. */
import type { TransportError } from '#protocol/errors.ts';
import { PowerLost } from '../faults.ts';
import type { ProcessMessage } from './ctaphid-command.ts';
import { CtapHidDevice, type CtapHidDeviceOptions } from './ctaphid-device.ts';

/** What is behind the plug. An `Authenticator` is one. */
export interface KeyInside {
  process: ProcessMessage;
  processU2f?: ProcessMessage | undefined;
  powerCycle(): void;
  readonly sendsKeepalives?: boolean | undefined;
}

/** What a key with a HID interface may be given besides its inside. */
export type HidKeyOptions = Pick<
  CtapHidDeviceOptions,
  'wink' | 'deviceVersion' | 'packetTimeoutMs' | 'clock' | 'random'
>;

/** The carrier's side. */
export interface HidHost {
  send(report: Uint8Array): void;
  /** The key is no longer there, or was away for a moment: whoever had it open has lost it. */
  gone(): void;
  /** The key is there again. */
  back?(): void;
}

export class HidKey {
  readonly #inside: KeyInside;
  readonly #host: HidHost;
  readonly #device: CtapHidDevice;
  #plugged = true;

  constructor(inside: KeyInside, host: HidHost, options: HidKeyOptions = {}) {
    const { processU2f } = inside;
    this.#inside = inside;
    this.#host = host;
    this.#device = new CtapHidDevice({
      ...options,
      process: (message, how) => inside.process(message, how),
      processU2f: processU2f,
      sendsKeepalives: inside.sendsKeepalives,
      send: (report) => host.send(report),
      onPowerLost: (error) => this.#onPowerLost(error),
    });
  }

  get plugged(): boolean {
    return this.#plugged;
  }

  receive(report: Uint8Array): void {
    if (this.#plugged) this.#device.receive(report);
  }

  unplug(): void {
    if (!this.#plugged) return;
    this.#plugged = false;
    this.#lose();
    this.#inside.powerCycle();
  }

  replug(): void {
    if (this.#plugged) return;
    this.#inside.powerCycle();
    this.#plugged = true;
    this.#host.back?.();
  }

  /** Unplugs and plugs in again. */
  powerCycle(): void {
    this.unplug();
    this.replug();
  }

  #lose(): void {
    this.#device.reset();
    this.#host.gone();
  }

  /** A planned accident. The authenticator has seen to its own state already. */
  #onPowerLost(error: TransportError): void {
    if (!this.#plugged) return;
    this.#plugged = !(error instanceof PowerLost && error.staysAway);
    this.#lose();
    if (this.#plugged) this.#host.back?.();
  }
}
