/** Keys that other programs use: the input of a transport, and the served key that it returns. */
import type { Clock } from '#base/clock.ts';
import type { Random } from '#base/random.ts';
import type { AuthenticatorBackend, HidKeyOptions } from './hid-key.ts';
import type { UsbDevice } from './usb-identity.ts';

/** An authenticator and the properties of the device it is served as. */
export interface KeyToServe extends Pick<HidKeyOptions, 'wink' | 'deviceVersion' | 'packetTimeoutMs'> {
  authenticator: AuthenticatorBackend;
  usb: UsbDevice;
}

/** A key that other programs reach. Disposing it unplugs it and stops its server. */
export interface ServedKey extends AsyncDisposable {
  /** Scheme and address, e.g. `udp:127.0.0.1:8111`. */
  readonly name: string;
  readonly plugged: boolean;
  unplug(): void;
  replug(): void;
  /** Unplugs the key and plugs it in again. */
  powerCycle(): void;
}

/** A key that is served on a port of this machine. */
export interface SocketKey extends ServedKey {
  readonly port: number;
}

/** Address of a served key. */
export interface ListenOptions {
  /** 0 picks a free port. */
  port?: number | undefined;
  /** Default: the loopback address. */
  host?: string | undefined;
}

/** Address of served keys, and their sources of time and randomness. */
export interface ServeOptions extends ListenOptions {
  clock?: Clock | undefined;
  random?: Random | undefined;
}

/** Returns a served key that has the properties of `address`, is plugged and unplugged through `key`, and ends with `dispose`. */
export const createServedKey = <Address extends Pick<ServedKey, 'name'>>(
  key: Pick<ServedKey, 'plugged' | 'unplug' | 'replug' | 'powerCycle'>,
  address: Address,
  dispose: () => Promise<void>,
): Address & ServedKey => ({
  ...address,
  get plugged() {
    return key.plugged;
  },
  unplug: () => key.unplug(),
  replug: () => key.replug(),
  powerCycle: () => key.powerCycle(),
  [Symbol.asyncDispose]: dispose,
});
