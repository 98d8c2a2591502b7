/**
 * Hears when a real key asks for a touch, and when it has felt one. A key says so in its keepalives (CTAP 2.1 section
 * 11.2.9.1.7); one behind a smart card reader says nothing, there the tap is the touch. What was asked and felt before
 * anybody listened is remembered: people are quick, and so are keys that touch themselves.
 */
import { inspect } from '#protocol/cbor-reader.ts';
import { type CommandName, commandName } from '#protocol/commands.ts';
import { ctapStatus } from '#protocol/status.ts';
import { type CtapDevice, decorated, type Keepalive } from '#transport/device.ts';

/** How a key ends what nobody touched: it gives up, or calls it denied. CTAP 2.1 sections 6.1.2 and 8.2. */
const untouched = new Set<number | undefined>([
  ctapStatus.CTAP2_ERR_USER_ACTION_TIMEOUT,
  ctapStatus.CTAP2_ERR_ACTION_TIMEOUT,
  ctapStatus.CTAP2_ERR_OPERATION_DENIED,
]);

/** Commands that take a touch, and the parameter in which a host can ask for none (`up: false`). */
const takesTouch: Partial<Record<CommandName, number | undefined>> = {
  authenticatorMakeCredential: undefined,
  authenticatorGetAssertion: 0x05,
  authenticatorReset: undefined,
  authenticatorSelection: undefined,
};

interface Asking {
  /** It does not ask any more. Why shows in what comes next: an answer, or more work. */
  isOver: boolean;
  over(): void;
  end(how: TouchEnd): void;
  readonly ended: Promise<TouchEnd>;
}

/** `given-up`: the key has waited in vain. */
export type TouchEnd = 'felt' | 'given-up';

export class TouchWatch {
  /** Not yet answered for by a touch of the case, oldest first. */
  readonly #askings: Asking[] = [];
  readonly #waiters = new Set<() => void>();

  /** `device`, heard. Disposing it disposes the device. */
  over(device: CtapDevice): CtapDevice {
    return decorated(device, async (message, options = {}) => {
      let asking: Asking | undefined;
      const onKeepalive = (state: Keepalive) => {
        if (asking?.isOver) asking.end('felt'); // a key that goes on working has felt it
        if (state !== 'upneeded') asking?.over();
        else if (!asking || asking.isOver) asking = this.#asks();
        options.onKeepalive?.(state);
      };
      try {
        const answer = await device.transact(message, { ...options, onKeepalive });
        const [status] = answer;
        if (untouched.has(status)) asking?.end('given-up');
        if (untouched.has(status) || status === ctapStatus.CTAP2_ERR_KEEPALIVE_CANCEL) this.#forget(asking);
        if (!asking && status === ctapStatus.CTAP2_OK && needsTouch(message)) asking = this.#asks();
        return answer;
      } catch (error) {
        this.#forget(asking);
        throw error;
      } finally {
        asking?.end('felt');
      }
    });
  }

  /** Resolves when the key asks, or has asked for a touch that no step has answered for yet. */
  whenAsked(signal: AbortSignal): Promise<void> {
    if (this.#askings.length > 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void) => {
        this.#waiters.delete(asked);
        signal.removeEventListener('abort', gaveUp);
        finish();
      };
      const asked = () => settle(resolve);
      const gaveUp = () => settle(() => reject(signal.reason));
      this.#waiters.add(asked);
      signal.addEventListener('abort', gaveUp, { once: true });
      if (signal.aborted) gaveUp();
    });
  }

  /** The oldest asking, from now on answered for: a promise of its end, or undefined when it is over already. */
  take(): Promise<TouchEnd> | undefined {
    const asking = this.#askings.shift();
    return asking && !asking.isOver ? asking.ended : undefined;
  }

  /** No touch of the case answers for a command that was given up, cancelled, or cut off with its key. */
  #forget(asking: Asking | undefined): void {
    const index = asking ? this.#askings.indexOf(asking) : -1;
    if (index >= 0) this.#askings.splice(index, 1);
  }

  #asks(): Asking {
    let settle: (how: TouchEnd) => void = () => undefined;
    const asking: Asking = {
      isOver: false,
      ended: new Promise((resolve) => {
        settle = resolve;
      }),
      over() {
        asking.isOver = true;
      },
      end(how) {
        asking.isOver = true;
        settle(how);
      },
    };
    this.#askings.push(asking);
    for (const asked of this.#waiters) asked();
    return asking;
  }
}

function needsTouch(message: Uint8Array): boolean {
  const name = commandName(message[0] ?? 0);
  if (name === undefined || !Object.hasOwn(takesTouch, name)) return false;
  const optionsKey = takesTouch[name];
  if (optionsKey === undefined) return true;
  const { value } = inspect(message.subarray(1));
  const options = value instanceof Map ? value.get(optionsKey) : undefined;
  return !(options instanceof Map && options.get('up') === false);
}
