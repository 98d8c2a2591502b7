/** What is sent to a robot behind HTTP is what `docs/operator.openapi.yaml` says, and what it answers is understood. */
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { UnavailableError } from '#base/errors.ts';
import type { HandlingRequest } from '#scenario/parties/operator.ts';
import { httpRobot } from './http-robot.ts';
import { request } from './testing/operator-contract.ts';

const document = parse(readFileSync(new URL('../../../docs/operator.openapi.yaml', import.meta.url), 'utf8'));
const ajv = new Ajv2020({ strict: false });
ajv.addSchema({ ...document, $id: 'api' });
const isHandling = ajv.getSchema('api#/components/schemas/Handling')!;
const operation = document.paths['/'].post;
const { examples } = operation.requestBody.content['application/json'];

/** A server of somebody else. */
async function robot(answer: (response: ServerResponse, body: string) => void) {
  const received: { method: string | undefined; type: string | undefined; body: unknown }[] = [];
  const server = createServer(async (incoming: IncomingMessage, response) => {
    const body = await text(incoming);
    const { method, headers } = incoming;
    received.push({ method, type: headers['content-type'], body: JSON.parse(body) });
    answer(response, body);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/handlings?arm=2`, received, server };
}

const running = () => new AbortController().signal;

it.each(Object.entries<{ value: HandlingRequest }>(examples))(
  '%s is sent as the document says',
  async (_, { value }) => {
    const { url, received } = await robot((response) => response.writeHead(202).end('{}'));
    await httpRobot(url)(value, running());
    expect(received).toEqual([{ method: 'POST', type: 'application/json', body: value }]);
    expect(isHandling(received[0]?.body), JSON.stringify(isHandling.errors)).toBe(true);
  },
);

it('the document has an example of every handling', () => {
  const shown = Object.values<{ value: HandlingRequest }>(examples).map(({ value }) => value.handling);
  expect(shown).toEqual(document.components.schemas.Handling.properties.handling.enum);
  expect(Object.keys(operation.responses)).toEqual(['2XX', 'default']);
});

it('a key without a serial number has none in the request', async () => {
  const { url, received } = await robot((response) => response.end());
  await httpRobot(url)(request({ key: { label: 'Solo 2', address: 'usb:1-2', serial: undefined } }), running());
  expect(isHandling(received[0]?.body), JSON.stringify(isHandling.errors)).toBe(true);
});

it.each([
  ['a refusal', 409, 'the arm is stuck\n', /answered touch with 409: the arm is stuck$/],
  ['a refusal without words', 500, '', /answered touch with 500$/],
  ['a redirection', 307, '', /answered touch with 307$/],
  ['a refusal that does not end', 503, 'no '.repeat(100_000), /answered touch with 503: (no ){10}/],
])('%s is an error that says so', async (_, status, body, message) => {
  const { url } = await robot((response) => {
    response.writeHead(status, { location: 'http://127.0.0.1:1/' });
    if (body.length > 1000) response.write(body);
    else response.end(body);
  });
  const told = httpRobot(url)(request(), running());
  await expect(told).rejects.toThrow(UnavailableError);
  await expect(told).rejects.toThrow(message);
  expect(((await told.catch((error: Error) => error)) as Error).message.length).toBeLessThan(2200);
});

it('a server that is not there is an error that says so', async () => {
  const { url, server } = await robot(() => undefined);
  await new Promise((closed) => server.close(closed));
  const told = httpRobot(url)(request(), running());
  await expect(told).rejects.toThrow(UnavailableError);
  await expect(told).rejects.toThrow(
    /^cannot reach the operator at http:\/\/127\.0\.0\.1:\d+\/handlings\?arm=2: .*ECONNREFUSED/,
  );
});

it('a server that does not answer is left when the time is over', async () => {
  const over = new AbortController();
  const { url } = await robot(() => over.abort(new Error('the case is over')));
  await expect(httpRobot(url)(request(), over.signal)).rejects.toThrow('the case is over');
});
