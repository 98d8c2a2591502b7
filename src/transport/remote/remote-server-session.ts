/**
 * The server's side of a connection to one client: it answers requests to list keys, to lease a key, and to send messages to
 * the leased key, one request at a time. When the client disconnects, times out, idles or sends a malformed message, the
 * session cancels the running command, closes the device and frees the lease, in this order. No client input throws.
 */

import { settlesWithin } from '#base/async.ts';
import type { Clock } from '#base/clock.ts';
import { Deadline } from '#base/deadline.ts';
import { formatDuration } from '#base/durations.ts';
import { messageOf } from '#base/errors.ts';
import { maxPayloadLength } from '#protocol/ctaphid.ts';
import { TransportError } from '#protocol/errors.ts';
import type { CtapDevice } from '../device.ts';
import type { Lease, Leases } from './leases.ts';
import type { MessageSocket } from './message-socket.ts';
import {
  type ClientMessage,
  maxKeys,
  parseClientMessage,
  type ServerMessageJson,
  toBase64,
  toPrintable,
} from './messages.ts';

/** A key that the server can open for clients. */
export interface ServableKey {
  /** Identifies the key for clients. Stable while the key is plugged in. */
  readonly id: string;
  /** A name for display. */
  readonly label: string;
  /** @throws {TransportError} if the key cannot be opened. */
  open(): Promise<CtapDevice>;
}

export interface KeySource {
  list(): Promise<readonly ServableKey[]>;
}

export interface SessionOptions {
  keys: KeySource;
  leases: Leases;
  clock: Clock;
  /** The session ends if the client sends no request for this time. */
  idleMs: number;
  onLeased: (lease: Lease) => void;
  onReleased: (lease: Lease, why: string) => void;
}

/** A device answers a cancelled command at once. After this time it is closed anyway. */
const cancelTimeoutMs = 5_000;

type Request = Exclude<ClientMessage, { type: 'cancel' | 'release' }>;

interface LeasedKey {
  lease: Lease;
  device: CtapDevice;
}

export class RemoteServerSession {
  readonly #socket: MessageSocket;
  readonly #options: SessionOptions;
  readonly #idleDeadline: Deadline;
  #leased: LeasedKey | undefined;
  #running: { id: number; abort: AbortController; done: Promise<void> } | undefined;
  #ending: Promise<void> | undefined;

  constructor(socket: MessageSocket, options: SessionOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#idleDeadline = new Deadline(options.clock, () => this.#onIdle());
    this.#idleDeadline.set(options.idleMs);
    socket.onText((text) => this.#onText(text));
  }

  /** Ends the lease and the connection. Must also be called after the connection has ended by itself. Resolves when the session has ended. */
  end(why: string): Promise<void> {
    this.#ending ??= this.#end(why);
    return this.#ending;
  }

  #onIdle(): void {
    void this.end(`the client sent no request for ${formatDuration(this.#options.idleMs)}`);
  }

  #onText(text: string): void {
    if (this.#ending) return;
    let message: ClientMessage;
    try {
      message = parseClientMessage(text);
    } catch (error) {
      void this.end(messageOf(error));
      return;
    }
    if (message.type === 'release') void this.end('the client released it');
    else if (message.type === 'cancel') this.#cancel(message.id);
    else if (this.#running) void this.end('the client sent a request before the previous one was answered');
    else this.#run(message);
  }

  #cancel(id: number): void {
    if (this.#running?.id === id) this.#running.abort.abort(new Error('The client cancelled the command'));
  }

  #run(request: Request): void {
    this.#idleDeadline.clear();
    const abort = new AbortController();
    const done = this.#answer(request, abort.signal).then((answer) => {
      this.#running = undefined;
      if (this.#ending) return; // the client gets the message `ended` instead
      this.#idleDeadline.set(this.#options.idleMs);
      this.#send(answer);
    });
    this.#running = { id: request.id, abort, done };
  }

  /** Returns the answer to a request, which is an `error` message if the request fails. Never rejects. */
  async #answer(request: Request, signal: AbortSignal): Promise<ServerMessageJson> {
    try {
      if (request.type === 'list') return await this.#list(request);
      if (request.type === 'lease') return await this.#lease(request);
      return await this.#transact(request, signal);
    } catch (error) {
      const kind = error instanceof TransportError ? error.kind : signal.aborted ? 'cancelled' : 'unavailable';
      return { type: 'error', id: request.id, kind, message: toPrintable(messageOf(error)) };
    }
  }

  async #list({ id }: Request): Promise<ServerMessageJson> {
    const keys = (await this.#options.keys.list()).slice(0, maxKeys);
    const listed = keys.map((key) => {
      const lease = this.#options.leases.get(key.id);
      return {
        id: toPrintable(key.id),
        label: toPrintable(key.label),
        ...(lease && { lease: { holder: lease.holder, since: new Date(lease.sinceMs).toISOString() } }),
      };
    });
    return { type: 'keys', id, keys: listed };
  }

  async #lease({ id, key: keyId, holder }: Extract<Request, { type: 'lease' }>): Promise<ServerMessageJson> {
    if (this.#leased)
      throw new TransportError('framing', `This connection has already leased ${this.#leased.lease.key}`);
    const key = (await this.#options.keys.list()).find((each) => toPrintable(each.id) === keyId);
    if (!key) throw new TransportError('unavailable', `Key ${keyId} is not plugged in`);
    const lease = await this.#options.leases.acquire(key.id, holder);
    const device = await openLeased(key, lease);
    if (this.#ending) {
      lease.end(closeDevice(device));
      throw new TransportError('disconnected', 'The client is gone');
    }
    this.#leased = { lease, device };
    this.#options.onLeased(lease);
    const { wink, cbor, nmsg } = device.capabilities;
    return { type: 'leased', id, transport: device.transport, capabilities: { wink, cbor, nmsg } };
  }

  async #transact({ id, type, message }: Extract<Request, { type: 'transact' | 'transact-u2f' }>, signal: AbortSignal) {
    if (!this.#leased) throw new TransportError('framing', 'This connection has not leased a key');
    const { device } = this.#leased;
    const send = (type === 'transact' ? device.transact : device.transactU2f)?.bind(device);
    if (!send) throw new TransportError('unavailable', 'The connection to this key cannot transfer U2F messages');
    const answer = await send(message, {
      signal,
      onKeepalive: (state) => this.#send({ type: 'keepalive', id, state }),
    });
    if (answer.length > maxPayloadLength)
      throw new TransportError(
        'framing',
        `Expected an answer of at most ${maxPayloadLength} bytes, the device sent ${answer.length}`,
      );
    return { type: 'answer', id, message: toBase64(answer) } as const;
  }

  async #end(why: string): Promise<void> {
    this.#idleDeadline.stop();
    const leased = this.#leased;
    const closing = this.#cancelAndClose(leased?.device, why);
    leased?.lease.end(closing);
    await closing;
    if (leased) this.#options.onReleased(leased.lease, why);
    this.#send({ type: 'ended', message: toPrintable(why) });
    this.#socket.close();
    await this.#socket.ended;
  }

  async #cancelAndClose(device: CtapDevice | undefined, why: string): Promise<void> {
    const running = this.#running;
    if (running) {
      running.abort.abort(new Error(why));
      await settlesWithin(running.done, cancelTimeoutMs, this.#options.clock);
    }
    await closeDevice(device);
  }

  #send(message: ServerMessageJson): void {
    this.#socket.send(JSON.stringify(message));
  }
}

/** Closes the device; ignores errors, because an unplugged device cannot be closed. */
async function closeDevice(device: CtapDevice | undefined): Promise<void> {
  try {
    await device?.[Symbol.asyncDispose]();
  } catch {
    // the device is gone
  }
}

/** Opens the key; ends the lease if that fails. */
async function openLeased(key: ServableKey, lease: Lease): Promise<CtapDevice> {
  try {
    return await key.open();
  } catch (error) {
    lease.end(Promise.resolve());
    throw error;
  }
}
