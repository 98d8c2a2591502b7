/** A connection between two machines for text messages over a WebSocket, with a heartbeat in each direction. */
import { WebSocket } from 'ws';
import type { Clock } from '#base/clock.ts';

export interface MessageSocket {
  /** Host and port of the other side. */
  readonly peer: string;
  /** Resolves with the reason when the connection has ended, for example because it was closed or timed out. */
  readonly ended: Promise<string>;
  /** Sends a message. Does nothing after the connection has ended. */
  send(text: string): void;
  /** Sets the listener for messages. */
  onText(listener: (text: string) => void): void;
  /** Closes the connection after pending messages are sent, or after a short time limit. */
  close(): void;
}

/**
 * A machine that fails does not close its connections. Each side sends pings at this interval, and drops the connection
 * after this number of unanswered pings.
 */
export const heartbeatIntervalMs = 5_000;
const maxMissedHeartbeats = 2;
/** The connection is closed if the other side has not read this number of bytes. */
const maxBufferedBytes = 1 << 20;
const closeTimeoutMs = 2_000;

/** Returns a message socket over an open WebSocket. */
export function createMessageSocket(socket: WebSocket, peer: string, clock: Clock): MessageSocket {
  let reason: string | undefined;
  const closed = new AbortController();
  const drop = (why: string) => {
    reason ??= why;
    socket.terminate();
  };
  socket.on('error', ({ message }) => {
    reason ??= message;
  });
  const ended = new Promise<string>((resolve) =>
    socket.once('close', () => {
      closed.abort();
      resolve(reason ?? 'the other side closed the connection');
    }),
  );
  void sendHeartbeats(socket, clock, closed.signal, () => drop('the other side does not answer pings'));
  return {
    peer,
    ended,
    send(text) {
      if (socket.readyState !== WebSocket.OPEN) return;
      socket.send(text, () => undefined); // if this fails, the connection ends and `ended` resolves
      if (socket.bufferedAmount > maxBufferedBytes) drop('the other side does not read its messages');
    },
    onText(listener) {
      socket.on('message', (data, isBinary) => {
        if (isBinary) drop('expected a text message, got binary data');
        else listener(data.toString());
      });
    },
    close() {
      reason ??= 'the connection was closed';
      socket.close();
      const terminate = () => socket.terminate();
      void clock.sleep(closeTimeoutMs, closed.signal).then(terminate, () => undefined);
    },
  };
}

async function sendHeartbeats(
  socket: WebSocket,
  clock: Clock,
  closed: AbortSignal,
  onTimeout: () => void,
): Promise<void> {
  let missed = 0;
  socket.on('pong', () => {
    missed = 0;
  });
  while (!closed.aborted) {
    if (missed >= maxMissedHeartbeats) return onTimeout();
    missed += 1;
    socket.ping();
    await clock.sleep(heartbeatIntervalMs, closed).catch(() => undefined);
  }
}
