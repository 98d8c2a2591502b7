/** Device side of a cable inside the process: CTAP messages cross as bytes, and the cable can be pulled. */
import { TransportError } from '#protocol/errors.ts';
import type { Authenticator } from '../authenticator.ts';
import { PowerLost } from '../faults.ts';
import type { PersonaTransport } from '../personas/persona.ts';
import type { Keepalive } from '../session.ts';

interface TransactOptions {
  signal?: AbortSignal | undefined;
  onKeepalive?: ((state: Keepalive) => void) | undefined;
}

/** The host's view (structurally a `CtapDevice`), and the hand on the cable. */
export interface PluggedDevice extends AsyncDisposable {
  readonly name: string;
  readonly transport: PersonaTransport;
  readonly capabilities: { wink: boolean; cbor: boolean; nmsg: boolean };
  readonly plugged: boolean;
  /** @throws {TransportError} `disconnected` when unplugged, `timeout` when the authenticator keeps silent until `signal` aborts. */
  transact(message: Uint8Array, options?: TransactOptions): Promise<Uint8Array>;
  /** Pulls the cable: a running command ends, volatile state is lost. */
  unplug(): void;
  replug(): void;
  /** Unplugs and plugs in again. */
  powerCycle(): void;
}

/** Into which socket it is plugged. */
export interface PlugOptions {
  /** How the client reaches it; the persona's last transport (`usb`, `internal`) without. */
  transport?: PersonaTransport | undefined;
  /** Behind the scheme in `name`; the persona's id without. */
  address?: string | undefined;
}

/** Plugs an authenticator in. */
export function plugIn(authenticator: Authenticator, options: PlugOptions = {}): PluggedDevice {
  const { persona } = authenticator;
  const transport =
    options.transport ?? (persona.transports.includes('usb') ? 'usb' : (persona.transports[0] ?? 'usb'));
  let plugged = true;
  const unplug = () => {
    plugged = false;
    authenticator.powerCycle();
  };
  return {
    name: `in-process:${options.address ?? persona.id}`,
    transport,
    capabilities: { wink: false, cbor: true, nmsg: authenticator.processU2f === undefined },
    get plugged() {
      return plugged;
    },
    async transact(message, { signal, onKeepalive } = {}) {
      if (!plugged) throw new TransportError('disconnected', 'the authenticator is not plugged in');
      try {
        return await authenticator.process(message, { signal, keepalive: onKeepalive });
      } catch (error) {
        if (error instanceof PowerLost && error.staysAway) plugged = false;
        throw error;
      }
    },
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
