/** The request to a robot behind HTTP conforms to `docs/operator.openapi.yaml`, and every kind of answer is handled. */
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { UnavailableError } from '#base/errors.ts';
import { httpRobot, type RobotRequestBody } from './http-robot.ts';
import { request } from './testing/operator-contract.ts';

const document = parse(readFileSync(new URL('../../../docs/operator.openapi.yaml', import.meta.url), 'utf8'));
const ajv = new Ajv2020({ strict: false });
ajv.addSchema({ ...document, $id: 'api' });
const conformsToSchema = ajv.compile({ $ref: 'api#/components/schemas/Handling' });
const operation = document.paths['/'].post;
const { examples } = operation.requestBody.content['application/json'];

/** Starts a server that records what it receives. */
async function startServer(answer: (response: ServerResponse, body: string) => void) {
  const received: { method: string | undefined; type: string | undefined; body: unknown }[] = [];
  const server = createServer(async (incoming: IncomingMessage, response) => {
    const body = await text(incoming);
    const { method, headers } = incoming;
    received.push({ method, type: headers['content-type'], body: JSON.parse(body) });
    answer(response, body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/handlings?arm=2`, received, server };
}

const neverAborted = () => new AbortController().signal;

describe('httpRobot', () => {
  it.each(Object.entries<{ value: RobotRequestBody }>(examples))(
    'sends the documented body of example %s',
    async (_, { value }) => {
      const { url, received } = await startServer((response) => response.writeHead(202).end('{}'));
      const { handling, key, patienceMs } = value;
      await httpRobot(url)({ action: handling, key, timeoutMs: patienceMs }, neverAborted());
      expect(received).toEqual([{ method: 'POST', type: 'application/json', body: value }]);
      expect(conformsToSchema(received[0]?.body), JSON.stringify(conformsToSchema.errors)).toBe(true);
    },
  );

  it('sends no serial number for a key without one', async () => {
    const { url, received } = await startServer((response) => response.end());
    const key = { label: 'Solo 2', address: 'usb:1-2', serial: undefined };
    await httpRobot(url)(request({ key }), neverAborted());
    expect(conformsToSchema(received[0]?.body), JSON.stringify(conformsToSchema.errors)).toBe(true);
  });

  it.each([
    ['an error with a text', 409, 'the arm is stuck\n', /answered touch with 409: the arm is stuck$/],
    ['an error without a text', 500, '', /answered touch with 500$/],
    ['a redirection', 307, '', /answered touch with 307$/],
    ['an error whose body does not end', 503, 'no '.repeat(100_000), /answered touch with 503: (no ){10}/],
  ])('throws for %s', async (_, status, body, message) => {
    const { url } = await startServer((response) => {
      response.writeHead(status, { location: 'http://127.0.0.1:1/' });
      if (body.length > 1000) response.write(body);
      else response.end(body);
    });
    const sent = httpRobot(url)(request(), neverAborted());
    await expect(sent).rejects.toThrow(UnavailableError);
    await expect(sent).rejects.toThrow(message);
    expect(((await sent.catch((error: Error) => error)) as Error).message.length).toBeLessThan(2200);
  });

  it('throws if no server listens at the URL', async () => {
    const { url, server } = await startServer(() => undefined);
    await new Promise((closed) => server.close(closed));
    const sent = httpRobot(url)(request(), neverAborted());
    await expect(sent).rejects.toThrow(UnavailableError);
    await expect(sent).rejects.toThrow(
      /^Cannot reach the operator at http:\/\/127\.0\.0\.1:\d+\/handlings\?arm=2: .*ECONNREFUSED/,
    );
  });

  it('stops waiting for an answer when the signal aborts', async () => {
    const abort = new AbortController();
    const { url } = await startServer(() => abort.abort(new Error('The case is over')));
    await expect(httpRobot(url)(request(), abort.signal)).rejects.toThrow('The case is over');
  });
});

it('docs/operator.openapi.yaml has an example of every manual action', () => {
  const shown = Object.values<{ value: RobotRequestBody }>(examples).map(({ value }) => value.handling);
  expect(shown).toEqual(document.components.schemas.Handling.properties.handling.enum);
  expect(Object.keys(operation.responses)).toEqual(['2XX', 'default']);
});
