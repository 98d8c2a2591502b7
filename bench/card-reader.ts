/** The virtual smart-card reader (vpcd) inside the benchmark: what pcscd would add is not ours to measure. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { serveVpcd } from '#emulator';
import { splitByLength, withLengthPrefix } from '#protocol/length-prefixed.ts';
import type { CardConnection } from '#transport/card-connection.ts';

type KeyInside = Parameters<typeof serveVpcd>[0];

/** Lays the key on a reader on this machine, and gives the reader's end of it. Closing it takes the card away. */
export async function layOnReader(inside: KeyInside): Promise<CardConnection> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const connected = once(server, 'connection') as Promise<[Socket]>;
  const card = await serveVpcd(inside, { port: (server.address() as AddressInfo).port });
  const [socket] = await connected;
  let answered: (apdu: Uint8Array) => void = () => undefined;
  socket.setNoDelay(true);
  socket.on(
    'data',
    splitByLength((apdu) => answered(apdu)),
  );
  return {
    name: 'vpcd:benchmark',
    transport: 'nfc',
    transmit(apdu) {
      const answer = new Promise<Uint8Array>((resolve) => {
        answered = resolve;
      });
      socket.write(withLengthPrefix(apdu));
      return answer;
    },
    async close() {
      socket.end();
      await card[Symbol.asyncDispose]();
      server.close();
    },
  };
}
