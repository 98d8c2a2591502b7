/** The connection of a document to `touchstone authenticator-server`, for tools that expose no function to pages. */
import type { Reply } from '../messages.ts';

/** Taken before any script of the page can replace them. */
const { stringify, parse } = JSON;
const { WebSocket } = globalThis;

const notConnected: Reply = {
  error: { name: 'UnknownError', message: 'The request could not be completed.' },
};

/**
 * Defines the function `name`, which sends a message and resolves with its reply. The document connects to `url` with its first
 * message. Each message gets a number, and the reply has the same one.
 */
export function defineWebSocketBinding(name: string, url: string): void {
  const pending = new Map<number, (reply: string) => void>();
  let last = 0;
  let connection: Promise<WebSocket> | undefined;
  const end = () => {
    connection = undefined;
    for (const settle of pending.values()) settle(stringify(notConnected));
    pending.clear();
  };
  const connect = () =>
    new Promise<WebSocket>((resolve) => {
      const socket = new WebSocket(url);
      socket.onopen = () => resolve(socket);
      socket.onclose = () => {
        console.error(`Touchstone: cannot use the authenticator server at ${new URL(url).origin}`);
        end();
      };
      socket.onmessage = ({ data }) => {
        const { id, ...reply } = parse(data) as Reply & { id: number };
        pending.get(id)?.(stringify(reply));
        pending.delete(id);
      };
    });
  const send = (message: string) =>
    new Promise<string>((resolve) => {
      const id = ++last;
      pending.set(id, resolve);
      connection ??= connect();
      connection.then((socket) => socket.send(stringify({ id, ...parse(message) })));
    });
  Object.defineProperty(globalThis, name, { value: send, configurable: true });
}
