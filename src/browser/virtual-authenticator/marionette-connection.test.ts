/** The protocol of Marionette with a server that sends its messages in any pieces. */
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { MarionetteConnection } from './marionette-connection.ts';

let server: Server;
let client: MarionetteConnection;
afterEach(() => {
  client?.[Symbol.dispose]();
  server.close();
});

const frame = (message: unknown) => {
  const text = JSON.stringify(message);
  return Buffer.from(`${Buffer.byteLength(text)}:${text}`);
};

/** Starts a server that greets, and answers each command with what `answer` returns. */
async function start(
  answer: (command: unknown[]) => unknown,
  send = (socket: Socket, data: Buffer) => socket.write(data),
) {
  server = createServer((socket) => {
    socket.on('error', () => undefined); // the client has closed the connection
    send(socket, frame({ applicationType: 'gecko', marionetteProtocol: 3 }));
    socket.on('data', (data) => {
      const reply = answer(JSON.parse(data.toString().replace(/^\d+:/, '')));
      if (reply === undefined) socket.destroy();
      else send(socket, frame(reply));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  client = await MarionetteConnection.open((server.address() as AddressInfo).port);
}

const byteByByte = (socket: Socket, data: Buffer) => {
  socket.setNoDelay(true);
  for (const byte of data) socket.write(Buffer.of(byte));
  return true;
};

test.each([
  ['whole', undefined],
  ['byte by byte', byteByByte],
])('a command gets its result when messages arrive %s', async (_, send) => {
  await start(([, id, name, parameters]) => [1, id, null, { name, parameters, text: 'Größe' }], send);
  const results = await Promise.all([client.send('A', { x: 1 }), Promise.resolve('-')]);
  expect(results[0]).toEqual({ name: 'A', parameters: { x: 1 }, text: 'Größe' });
  expect(await client.send('B', {})).toMatchObject({ name: 'B' });
});

test('a command that fails has the message of Firefox', async () => {
  await start(([, id]) => [1, id, { error: 'unknown command', message: 'No such command: C' }, null]);
  await expect(client.send('C', {})).rejects.toThrow('No such command: C');
});

test('a command fails when the connection ends, also the next one', async () => {
  await start(() => undefined);
  await expect(client.send('D', {})).rejects.toThrow('Firefox has closed its Marionette connection');
  expect(() => client.send('D', {})).toThrow('Firefox has closed its Marionette connection');
});

test('nothing that listens is an error with the port', async () => {
  await start(() => undefined);
  const { port } = server.address() as AddressInfo;
  client[Symbol.dispose]();
  await new Promise((resolve) => server.close(resolve));
  await expect(MarionetteConnection.open(port, 0)).rejects.toThrow(
    `Firefox does not listen for Marionette on port ${port}`,
  );
});
