/** A virtual smart-card reader (vpcd) in the benchmark process, so that the time of pcscd is not measured. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { serveVpcd } from '#emulator';
import { splitByLength, withLengthPrefix } from '#protocol/length-prefixed.ts';
import type { CardConnection } from '#transport/card-connection.ts';

type CardKey = Parameters<typeof serveVpcd>[0];

/** Inserts the key into a virtual reader on this machine. Returns the reader's connection to the card; closing it removes the card. */
export async function insertIntoVirtualReader(key: CardKey): Promise<CardConnection> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const connected = once(server, 'connection') as Promise<[Socket]>;
  const card = await serveVpcd(key, { port: (server.address() as AddressInfo).port });
  const [socket] = await connected;
  let onResponse: (apdu: Uint8Array) => void = () => undefined;
  socket.setNoDelay(true);
  socket.on(
    'data',
    splitByLength((apdu) => onResponse(apdu)),
  );
  return {
    name: 'vpcd:benchmark',
    transport: 'nfc',
    transmit(apdu) {
      const response = new Promise<Uint8Array>((resolve) => {
        onResponse = resolve;
      });
      socket.write(withLengthPrefix(apdu));
      return response;
    },
    async close() {
      socket.end();
      await card[Symbol.asyncDispose]();
      server.close();
    },
  };
}
