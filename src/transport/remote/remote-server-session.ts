/**
 * One client of a machine that lends keys: it may list them, lease one, and talk to that one. One request at a time.
 * When the client ends, falls silent, idles or breaks the language, the running command is cancelled, the device closed
 * and the lease free, in this order. Nothing that a client sends throws out of here.
 */

import type { Clock } from '#base/clock.ts';
import { Deadline } from '#base/deadline.ts';
import { maxPayloadLength } from '#protocol/ctaphid.ts';
import { TransportError } from '#protocol/errors.ts';
import type { CtapDevice } from '../device.ts';
import type { Lease, Leases } from './leases.ts';
import type { MessageSocket } from './message-socket.ts';
import { type ClientMessage, mostKeys, readClientMessage, type ServerSays, toBase64, toPrintable } from './messages.ts';

/** A key that can be lent. */
export interface ServableKey {
  /** Stable as long as it is plugged in; clients name it so. */
  readonly id: string;
  /** For people. */
  readonly label: string;
  /** @throws {TransportError} when it cannot be opened. */
  open(): Promise<CtapDevice>;
}

export interface KeySource {
  list(): Promise<readonly ServableKey[]>;
}

export interface SessionParts {
  keys: KeySource;
  leases: Leases;
  clock: Clock;
  /** A client that asks for nothing so long is sent away. */
  idleMs: number;
  onLeased: (lease: Lease) => void;
  onReleased: (lease: Lease, why: string) => void;
}

/** A cancelled command comes back at once; a device that does not heed it is closed. */
const cancelGraceMs = 5_000;

type Request = Exclude<ClientMessage, { type: 'cancel' | 'release' }>;

interface Held {
  lease: Lease;
  device: CtapDevice;
}

export class RemoteServerSession {
  readonly #line: MessageSocket;
  readonly #parts: SessionParts;
  readonly #idle: Deadline;
  #held: Held | undefined;
  #running: { id: number; abort: AbortController; done: Promise<void> } | undefined;
  #ending: Promise<void> | undefined;

  constructor(line: MessageSocket, parts: SessionParts) {
    this.#line = line;
    this.#parts = parts;
    this.#idle = new Deadline(parts.clock, () => this.#onIdle());
    this.#idle.set(parts.idleMs);
    line.onText((text) => this.#hear(text));
  }

  /** Takes the lease back and sends the client away; resolves when it has gone. To be called when the line has ended, too. */
  end(why: string): Promise<void> {
    this.#ending ??= this.#end(why);
    return this.#ending;
  }

  #onIdle(): void {
    void this.end(`nothing was asked for in ${Math.round(this.#parts.idleMs / 1_000)} seconds`);
  }

  #hear(text: string): void {
    if (this.#ending) return;
    let message: ClientMessage;
    try {
      message = readClientMessage(text);
    } catch (error) {
      void this.end(messageOf(error));
      return;
    }
    if (message.type === 'release') void this.end('it was released');
    else if (message.type === 'cancel') this.#cancel(message.id);
    else if (this.#running) void this.end('the other side asked again before it had an answer');
    else this.#run(message);
  }

  #cancel(id: number): void {
    if (this.#running?.id === id) this.#running.abort.abort(new Error('the client cancelled'));
  }

  #run(request: Request): void {
    this.#idle.clear();
    const abort = new AbortController();
    const done = this.#answer(request, abort.signal).then((answer) => {
      this.#running = undefined;
      if (this.#ending) return; // the client hears of the end instead
      this.#idle.set(this.#parts.idleMs);
      this.#say(answer);
    });
    this.#running = { id: request.id, abort, done };
  }

  /** Never rejects. */
  async #answer(request: Request, signal: AbortSignal): Promise<ServerSays> {
    try {
      if (request.type === 'list') return await this.#list(request);
      if (request.type === 'lease') return await this.#lease(request);
      return await this.#transact(request, signal);
    } catch (error) {
      const kind = error instanceof TransportError ? error.kind : signal.aborted ? 'cancelled' : 'unavailable';
      return { type: 'error', id: request.id, kind, message: toPrintable(messageOf(error)) };
    }
  }

  async #list({ id }: Request): Promise<ServerSays> {
    const keys = (await this.#parts.keys.list()).slice(0, mostKeys);
    const shown = keys.map((key) => {
      const lease = this.#parts.leases.of(key.id);
      const facts = { id: toPrintable(key.id), label: toPrintable(key.label) };
      return {
        ...facts,
        ...(lease && { lease: { holder: lease.holder, since: new Date(lease.sinceMs).toISOString() } }),
      };
    });
    return { type: 'keys', id, keys: shown };
  }

  async #lease({ id, key: keyId, holder }: Extract<Request, { type: 'lease' }>): Promise<ServerSays> {
    if (this.#held) throw new TransportError('framing', `${this.#held.lease.key} is leased on this connection`);
    const key = (await this.#parts.keys.list()).find((each) => toPrintable(each.id) === keyId);
    if (!key) throw new TransportError('unavailable', `no key ${keyId} is here`);
    const lease = await this.#parts.leases.take(key.id, holder);
    const device = await opened(key, lease);
    if (this.#ending) {
      lease.end(closed(device));
      throw new TransportError('disconnected', 'the client has gone');
    }
    this.#held = { lease, device };
    this.#parts.onLeased(lease);
    const { wink, cbor, nmsg } = device.capabilities;
    return { type: 'leased', id, transport: device.transport, capabilities: { wink, cbor, nmsg } };
  }

  async #transact({ id, message }: Extract<Request, { type: 'transact' }>, signal: AbortSignal): Promise<ServerSays> {
    if (!this.#held) throw new TransportError('framing', 'no key is leased on this connection');
    const answer = await this.#held.device.transact(message, {
      signal,
      onKeepalive: (state) => this.#say({ type: 'keepalive', id, state }),
    });
    if (answer.length > maxPayloadLength)
      throw new TransportError('framing', `the device answered ${answer.length} bytes, more than a message holds`);
    return { type: 'answer', id, message: toBase64(answer) };
  }

  async #end(why: string): Promise<void> {
    this.#idle.stop();
    const held = this.#held;
    const closing = this.#handBack(held?.device, why);
    held?.lease.end(closing);
    await closing;
    if (held) this.#parts.onReleased(held.lease, why);
    this.#say({ type: 'ended', message: toPrintable(why) });
    this.#line.close();
    await this.#line.ended;
  }

  async #handBack(device: CtapDevice | undefined, why: string): Promise<void> {
    const running = this.#running;
    if (running) {
      running.abort.abort(new Error(why));
      const enough = new AbortController();
      const grace = this.#parts.clock.sleep(cancelGraceMs, enough.signal).catch(() => undefined);
      await Promise.race([running.done, grace]);
      enough.abort();
    }
    await closed(device);
  }

  #say(message: ServerSays): void {
    this.#line.send(JSON.stringify(message));
  }
}

async function closed(device: CtapDevice | undefined): Promise<void> {
  try {
    await device?.[Symbol.asyncDispose]();
  } catch {
    // it is gone: nothing is left to close
  }
}

async function opened(key: ServableKey, lease: Lease): Promise<CtapDevice> {
  try {
    return await key.open();
  } catch (error) {
    lease.end(Promise.resolve());
    throw error;
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
