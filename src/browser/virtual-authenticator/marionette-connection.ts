/**
 * A connection to Marionette, the remote control that is built into Firefox. A message is `length:JSON`; a command is
 * `[0, id, name, parameters]` and its answer `[1, id, error, result]`. The WebAuthn commands need no session.
 *
 * Source: https://firefox-source-docs.mozilla.org/testing/marionette/Protocol.html
 */
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { UnavailableError } from '#base/errors.ts';

const retryMs = 100;

interface PendingCommand {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

export class MarionetteConnection implements Disposable {
  readonly #socket: Socket;
  readonly #pending = new Map<number, PendingCommand>();
  #received: Buffer = Buffer.alloc(0);
  #lastId = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (data) => this.#receive(data));
    socket.on('error', () => undefined); // 'close' follows
    socket.on('close', () => this.#rejectAll(new UnavailableError('Firefox has closed its Marionette connection')));
  }

  /** Connects to a Firefox that may have just been started. @throws {UnavailableError} if it does not listen within `timeoutMs`. */
  static async open(port: number, timeoutMs = 30_000): Promise<MarionetteConnection> {
    const end = performance.now() + timeoutMs;
    for (;;) {
      const socket = await tryConnect(port);
      if (socket) return new MarionetteConnection(socket);
      if (performance.now() > end) throw new UnavailableError(`Firefox does not listen for Marionette on port ${port}`);
      await delay(retryMs);
    }
  }

  /** Sends a command. @throws {Error} with the message of Firefox if it fails. */
  send(name: string, parameters: object): Promise<unknown> {
    if (this.#socket.destroyed) throw new UnavailableError('Firefox has closed its Marionette connection');
    this.#lastId += 1;
    const id = this.#lastId;
    const text = JSON.stringify([0, id, name, parameters]);
    this.#socket.write(`${Buffer.byteLength(text)}:${text}`);
    return new Promise((resolve, reject) => this.#pending.set(id, { resolve, reject }));
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }

  #receive(data: Buffer): void {
    this.#received = Buffer.concat([this.#received, data]);
    for (;;) {
      const colon = this.#received.indexOf(':');
      if (colon < 0) return;
      const end = colon + 1 + Number(this.#received.subarray(0, colon));
      if (this.#received.length < end) return;
      this.#handle(JSON.parse(this.#received.subarray(colon + 1, end).toString()));
      this.#received = this.#received.subarray(end);
    }
  }

  /** The first message is a greeting and no answer. */
  #handle(message: unknown): void {
    if (!Array.isArray(message)) return;
    const [, id, error, result] = message as [number, number, { message?: string } | null, unknown];
    const command = this.#pending.get(id);
    this.#pending.delete(id);
    if (error) command?.reject(new Error(error.message ?? JSON.stringify(error)));
    else command?.resolve(result);
  }

  #rejectAll(error: Error): void {
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }
}

/** Resolves with undefined if nothing listens. */
const tryConnect = (port: number): Promise<Socket | undefined> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(socket));
    socket.once('error', () => resolve(undefined));
  });
