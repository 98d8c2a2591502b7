/** A key in the same process that exchanges CTAP messages with its client directly, and can be unplugged. */
import { TransportError } from '#protocol/errors.ts';
import type { Authenticator } from '../authenticator.ts';
import type { PersonaTransport } from '../personas/persona.ts';
import { PowerLost } from '../planned-faults.ts';
import type { Channel, Keepalive } from '../session.ts';

interface TransactOptions {
  signal?: AbortSignal | undefined;
  onKeepalive?: ((state: Keepalive) => void) | undefined;
  /** The channel of the message, for a caller that passes on the messages of several. Default: one channel for the device. */
  channel?: Channel | undefined;
}

/** The device that a client uses (structurally a `CtapDevice`), and control over its plug. */
export interface PluggedDevice extends AsyncDisposable {
  /** `in-process:` and the address, e.g. `in-process:yubikey-5-nfc`. */
  readonly name: string;
  /** How the key appears to the client. */
  readonly transport: PersonaTransport;
  /** As in the answer to CTAPHID_INIT: CTAP 2.1 section 11.2.9.1.3. */
  readonly capabilities: { wink: boolean; cbor: boolean; nmsg: boolean };
  /** Whether the key is plugged in. */
  readonly plugged: boolean;
  /**
   * Sends command byte and CBOR parameters, resolves with status byte and CBOR.
   * @throws {TransportError} `disconnected` if unplugged, `timeout` if the authenticator sends no answer before `signal` aborts.
   */
  transact(message: Uint8Array, options?: TransactOptions): Promise<Uint8Array>;
  /** Answers a U2F command APDU; undefined for a persona without U2F. @throws {TransportError} as `transact`. */
  readonly transactU2f: ((apdu: Uint8Array, options?: TransactOptions) => Promise<Uint8Array>) | undefined;
  /** Unplugs the key: a running command ends, volatile state is lost. */
  unplug(): void;
  /** Plugs the key in again. */
  replug(): void;
  /** Unplugs the key and plugs it in again. */
  powerCycle(): void;
}

/** How the key appears to the client. */
export interface PlugOptions {
  /** How the client reaches the key. Default: `usb` if the persona has it, otherwise the persona's first transport. */
  transport?: PersonaTransport | undefined;
  /** Part of `name` after the scheme. Default: the persona's id. */
  address?: string | undefined;
}

/** Plugs an authenticator in. */
export function plugIn(authenticator: Authenticator, options: PlugOptions = {}): PluggedDevice {
  const { persona } = authenticator;
  const transport =
    options.transport ?? (persona.transports.includes('usb') ? 'usb' : (persona.transports[0] ?? 'usb'));
  const ownChannel: Channel = {};
  let plugged = true;
  const unplug = () => {
    plugged = false;
    authenticator.powerCycle();
  };
  const send =
    (process: Authenticator['process']) =>
    async (message: Uint8Array, { signal, onKeepalive, channel = ownChannel }: TransactOptions = {}) => {
      if (!plugged) throw new TransportError('disconnected', 'The authenticator is not plugged in');
      try {
        return await process(message, { signal, keepalive: onKeepalive, channel });
      } catch (error) {
        if (error instanceof PowerLost && error.staysDisconnected) plugged = false;
        throw error;
      }
    };
  return {
    name: `in-process:${options.address ?? persona.id}`,
    transport,
    capabilities: { wink: false, cbor: true, nmsg: authenticator.processU2f === undefined },
    get plugged() {
      return plugged;
    },
    transact: send((message, processOptions) => authenticator.process(message, processOptions)),
    transactU2f: authenticator.processU2f && send(authenticator.processU2f),
    unplug,
    replug() {
      if (plugged) return;
      authenticator.powerCycle();
      plugged = true;
    },
    powerCycle: () => authenticator.powerCycle(),
    async [Symbol.asyncDispose]() {
      unplug();
    },
  };
}
