/** A line between two machines: texts over a WebSocket, with a heartbeat of each side. Whatever ends it, `ended` says so. */
import { WebSocket } from 'ws';
import type { Clock } from '#base/clock.ts';

export interface MessageSocket {
  /** Host and port of the other side. */
  readonly peer: string;
  /** Resolves with the reason once it is over: closed, dropped, killed, silent. */
  readonly ended: Promise<string>;
  /** After the end it does nothing. */
  send(text: string): void;
  /** One listener. */
  onText(listener: (text: string) => void): void;
  /** Closes once what was sent has arrived, or soon after if the other side does not take it. */
  close(): void;
}

/** A dead machine does not close its connections: each side asks so often, and gives up when so many questions are open. */
export const beatEveryMs = 5_000;
const mostMissedBeats = 2;
/** Who does not read what it is sent is dropped when so much waits for it. */
const mostUnreadBytes = 1 << 20;
const goodbyeMs = 2_000;

/** A line over an open WebSocket. */
export function lineOver(socket: WebSocket, peer: string, clock: Clock): MessageSocket {
  let reason: string | undefined;
  const over = new AbortController();
  const drop = (why: string) => {
    reason ??= why;
    socket.terminate();
  };
  socket.on('error', ({ message }) => {
    reason ??= message;
  });
  const ended = new Promise<string>((resolve) =>
    socket.once('close', () => {
      over.abort();
      resolve(reason ?? 'the other side closed the connection');
    }),
  );
  void beat(socket, clock, over.signal, () => drop('the other side fell silent'));
  return {
    peer,
    ended,
    send(text) {
      if (socket.readyState !== WebSocket.OPEN) return;
      socket.send(text, () => undefined); // a connection that ends meanwhile tells so itself
      if (socket.bufferedAmount > mostUnreadBytes) drop('the other side does not read');
    },
    onText(listener) {
      socket.on('message', (data, isBinary) => {
        if (isBinary) drop('the other side sent bytes where text was wanted');
        else listener(data.toString());
      });
    },
    close() {
      reason ??= 'the connection was closed';
      socket.close();
      const giveUp = () => socket.terminate();
      void clock.sleep(goodbyeMs, over.signal).then(giveUp, () => undefined);
    },
  };
}

async function beat(socket: WebSocket, clock: Clock, over: AbortSignal, onSilence: () => void): Promise<void> {
  let missed = 0;
  socket.on('pong', () => {
    missed = 0;
  });
  while (!over.aborted) {
    if (missed >= mostMissedBeats) return onSilence();
    missed += 1;
    socket.ping();
    await clock.sleep(beatEveryMs, over).catch(() => undefined);
  }
}
