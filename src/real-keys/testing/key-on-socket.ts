/** Emulated keys behind sockets, which `touchstone run` uses like real keys. Records every message that reaches the key. */
import { toHex } from '#base/bytes.ts';
import { type Authenticator, autoTouch, createAuthenticator, type PersonaId, serveTcp, serveUdp } from '#emulator';

export interface SocketKey extends AsyncDisposable {
  /** E.g. `udp:127.0.0.1:PORT`. It is also the id, because the key has no serial number. */
  readonly address: string;
  /** CTAP messages that arrived, hex. */
  readonly arrived: string[];
  readonly authenticator: Authenticator;
  /** Lets `other` answer from the next message on. */
  exchangeFor(other: Authenticator): void;
  unplug(): void;
  replug(): void;
}

export interface KeyOptions {
  persona?: PersonaId;
  pin?: string;
  retries?: number;
  /** Called with every message, hex, while its answer is being computed. */
  onMessage?(message: string): void;
  /** A TCP connection reports that the key is gone, UDP does not. */
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
      alterPackets: authenticator.alterPackets,
      transportFaults: authenticator.transportFaults,
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
