/** A key with a HID interface that can be unplugged: the part that all transports of 64-byte CTAPHID reports share. */
import type { TransportError } from '#protocol/errors.ts';
import type { FaultHooks } from '../fault-hooks.ts';
import { PowerLost } from '../planned-faults.ts';
import type { TransportFaults } from '../transport-rules.ts';
import type { ProcessMessage } from './ctaphid-command.ts';
import { CtapHidDevice } from './ctaphid-device.ts';
import type { CtapHidDeviceOptions } from './ctaphid-device-options.ts';

/** The authenticator that a transport serves. `Authenticator` implements it. */
export interface AuthenticatorBackend {
  process: ProcessMessage;
  processU2f?: ProcessMessage | undefined;
  powerCycle(): void;
  readonly sendsKeepalives?: boolean | undefined;
  /** Changes the CTAPHID packets of responses; undefined without such a defect. */
  readonly alterPackets?: FaultHooks['packets'];
  /** What a defect changes in CTAPHID and in the card. */
  readonly transportFaults?: TransportFaults | undefined;
}

/** Options of a key with a HID interface. */
export type HidKeyOptions = Pick<
  CtapHidDeviceOptions,
  'wink' | 'deviceVersion' | 'packetTimeoutMs' | 'clock' | 'random'
>;

/** The transport between the key and its host. */
export interface HidHost {
  send(report: Uint8Array): void;
  /** The key was unplugged, or lost power for a moment: every program that had it open has lost its connection. */
  onDisconnect(): void;
  /** The key is plugged in again. */
  onReconnect?(): void;
}

export class HidKey {
  readonly #authenticator: AuthenticatorBackend;
  readonly #host: HidHost;
  readonly #device: CtapHidDevice;
  #plugged = true;

  constructor(authenticator: AuthenticatorBackend, host: HidHost, options: HidKeyOptions = {}) {
    const { processU2f } = authenticator;
    this.#authenticator = authenticator;
    this.#host = host;
    this.#device = new CtapHidDevice({
      ...options,
      process: (message, processOptions) => authenticator.process(message, processOptions),
      processU2f,
      sendsKeepalives: authenticator.sendsKeepalives,
      alterPackets: authenticator.alterPackets,
      faults: authenticator.transportFaults,
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
    this.#disconnect();
    this.#authenticator.powerCycle();
  }

  replug(): void {
    if (this.#plugged) return;
    this.#authenticator.powerCycle();
    this.#plugged = true;
    this.#host.onReconnect?.();
  }

  /** Unplugs the key and plugs it in again. */
  powerCycle(): void {
    this.unplug();
    this.replug();
  }

  #disconnect(): void {
    this.#device.reset();
    this.#host.onDisconnect();
  }

  /** Handles a planned power loss. The authenticator has reset its own state already. */
  #onPowerLost(error: TransportError): void {
    if (!this.#plugged) return;
    this.#plugged = !(error instanceof PowerLost && error.staysDisconnected);
    this.#disconnect();
    if (this.#plugged) this.#host.onReconnect?.();
  }
}
