/** Sends messages to the session in Node.js through the function that Playwright exposes. */
import type { PageMessage, Reply, SendingDocument, ShimConfig } from '../messages.ts';

type Binding = (message: string) => Promise<string>;

/** Taken before any script of the page can replace them. */
const { stringify, parse } = JSON;
export const { origin } = globalThis;

/** Returns the serialized origins of the ancestors, from the parent to the top-level document. */
export const ancestorOrigins = (): string[] => [...(globalThis.location.ancestorOrigins ?? [])];

export class NodeConnection {
  readonly documentId = crypto.randomUUID();
  readonly #name: string;
  #binding: Binding | undefined;

  constructor({ binding }: ShimConfig) {
    this.#name = binding;
    this.#takeBinding();
  }

  /**
   * Resolves with the value of the reply.
   * @throws {DOMException | TypeError} the error of the reply.
   */
  async send(message: PageMessage): Promise<unknown> {
    const sender: SendingDocument = { documentId: this.documentId, origin, ancestorOrigins: ancestorOrigins() };
    const reply: Reply = parse(await this.#takeBinding()(stringify({ ...sender, ...message })));
    if ('value' in reply) return reply.value;
    throw toException(reply.error);
  }

  /** Sends a message whose reply does not matter. */
  notify(message: PageMessage): void {
    this.send(message).catch(() => undefined);
  }

  /** Removes the function from the page, so that the page can neither find nor call it. */
  #takeBinding(): Binding {
    const globals = globalThis as unknown as Record<string, Binding | undefined>;
    const exposed = globals[this.#name];
    if (exposed) {
      this.#binding = exposed;
      delete globals[this.#name];
    }
    return this.#binding ?? (() => Promise.resolve(stringify({ error: notConnected })));
  }
}

const notConnected = { name: 'UnknownError', message: 'The request could not be completed.' };

/** TypeError is no DOMException name: Web IDL throws the ECMAScript error. */
const toException = ({ name, message }: { name: string; message: string }): Error =>
  name === 'TypeError' ? new TypeError(message) : new DOMException(message, name);
