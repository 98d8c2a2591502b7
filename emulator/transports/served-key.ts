/** What served keys have in common: hands on the cable; over sockets also who gets which report, and how a taken port is said. */
import { TransportError } from '#protocol/errors.ts';

/** A key that other programs reach. Disposing it takes it away and stops what served it. */
export interface ServedKey extends AsyncDisposable {
  /** Scheme and address, e.g. `udp:127.0.0.1:8111`. */
  readonly name: string;
  readonly plugged: boolean;
  unplug(): void;
  replug(): void;
  /** Unplugs and plugs in again. */
  powerCycle(): void;
}

/** A key behind a port of this machine. */
export interface SocketKey extends ServedKey {
  readonly port: number;
}

/** Where a served key listens. */
export interface Listening {
  /** 0 takes a free one. */
  port?: number | undefined;
  /** The loopback address without. */
  host?: string | undefined;
}

/** The hands on a key's cable, beside where it is served and how that ends. */
export const serving = <Where extends Pick<ServedKey, 'name'>>(
  key: Pick<ServedKey, 'plugged' | 'unplug' | 'replug' | 'powerCycle'>,
  where: Where,
  dispose: () => Promise<void>,
): Where & ServedKey => ({
  ...where,
  get plugged() {
    return key.plugged;
  },
  unplug: () => key.unplug(),
  replug: () => key.replug(),
  powerCycle: () => key.powerCycle(),
  [Symbol.asyncDispose]: dispose,
});

export const loopback = '127.0.0.1';
/** As many as a key has channels, and the broadcast channel. */
const mostPeers = 65;

/** Who spoke last on which channel: reports go back there. */
export class PeersByChannel<Peer> {
  readonly #peers = new Map<number, Peer>();

  heard(report: Uint8Array, peer: Peer): void {
    const channel = channelOf(report);
    this.#peers.delete(channel);
    this.#peers.set(channel, peer);
    const [oldest] = this.#peers.keys();
    if (this.#peers.size > mostPeers && oldest !== undefined) this.#peers.delete(oldest);
  }

  of(report: Uint8Array): Peer | undefined {
    return this.#peers.get(channelOf(report));
  }

  forget(peer: Peer): void {
    for (const [channel, each] of this.#peers) if (each === peer) this.#peers.delete(channel);
  }
}

const channelOf = (report: Uint8Array): number =>
  ((report[0]! << 24) | (report[1]! << 16) | (report[2]! << 8) | report[3]!) >>> 0;

/** Why a server could not start. */
export function cannotListen(name: string, cause: NodeJS.ErrnoException): TransportError {
  const why = cause.code === 'EADDRINUSE' ? 'the port is taken' : cause.message;
  return new TransportError('unavailable', `cannot listen on ${name}: ${why}`, { cause });
}
