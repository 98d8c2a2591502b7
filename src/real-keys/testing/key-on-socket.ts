/** Emulated keys behind sockets: to `touchstone run` they are real ones. Everything that reaches one is written down here, on the key's side of the wire. */

import { toHex } from '#base/bytes.ts';
import { type Authenticator, autoTouch, createAuthenticator, type PersonaId, serveTcp, serveUdp } from '#emulator';

export interface SocketKey extends AsyncDisposable {
  /** e.g. `udp:127.0.0.1:PORT`: its address and, since it has no serial number, its id. */
  readonly address: string;
  /** CTAP messages that arrived, hex. */
  readonly arrived: string[];
  readonly authenticator: Authenticator;
  /** From the next message on another one answers in its place. */
  exchangeFor(other: Authenticator): void;
  unplug(): void;
  replug(): void;
}

export interface KeyOptions {
  persona?: PersonaId;
  pin?: string;
  retries?: number;
  /** Called with every message when its answer is on the way. */
  onMessage?(message: string): void;
  /** A connection tells when the key goes, datagrams do not. */
  over?: 'udp' | 'tcp';
}

export async function keyOnSocket({
  persona = 'yubikey-5-nfc',
  onMessage,
  over = 'udp',
  ...state
}: KeyOptions = {}): Promise<SocketKey> {
  let authenticator = createAuthenticator({ persona, gestures: autoTouch, ...state });
  const arrived: string[] = [];
  const served = await (over === 'udp' ? serveUdp : serveTcp)(
    {
      process(message, options) {
        arrived.push(toHex(message));
        const answer = authenticator.process(message, options);
        onMessage?.(toHex(message));
        return answer;
      },
      processU2f: undefined,
      sendsKeepalives: authenticator.sendsKeepalives,
      powerCycle: () => authenticator.powerCycle(),
    },
    { port: 0 },
  );
  return {
    address: served.name,
    arrived,
    get authenticator() {
      return authenticator;
    },
    exchangeFor: (other) => {
      authenticator = other;
    },
    unplug: () => served.unplug(),
    replug: () => served.replug(),
    [Symbol.asyncDispose]: () => served[Symbol.asyncDispose](),
  };
}
