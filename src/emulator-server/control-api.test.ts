/** The hooks do what they say to a key that a program uses, and `docs/emulate.openapi.yaml` says what they do. */
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import type { Clock } from '#base/clock.ts';
import { type EmulationOptions, serveEmulated } from '#cli/compose/emulation.ts';
import { openDevice } from '#transport/registry.ts';
import { createHooks } from './control-api.ts';
import { serveHooks } from './control-api-server.ts';

const document = parse(readFileSync(new URL('../../docs/emulate.openapi.yaml', import.meta.url), 'utf8'));
const ajv = new Ajv2020({ strict: false });
ajv.addSchema({ ...document, $id: 'api' });

const methods = ['get', 'put', 'post', 'delete'];
const documented = Object.entries<Record<string, unknown>>(document.paths).flatMap(([path, item]) =>
  methods.filter((method) => method in item).map((method) => `${method.toUpperCase()} ${path}`),
);

/** Follows a `$ref` of the document. */
function resolved(node: Record<string, unknown>): Record<string, unknown> {
  if (typeof node.$ref !== 'string') return node;
  return node.$ref
    .split('/')
    .slice(1)
    .reduce((at, name) => at[name] as Record<string, unknown>, document);
}

const pointer = (...names: string[]) => names.map((name) => name.replaceAll('/', '~1')).join('/');

/** Throws unless the document knows this answer. */
function holdAgainstDocument(method: string, path: string, status: number, body: unknown) {
  const template = path.replace(/\?.*$/, '').replace(/^\/keys\/[^/]+/, '/keys/{id}');
  const operation = document.paths[template]?.[method.toLowerCase()];
  const response = operation?.responses[status];
  expect(response, `${method} ${template} answers ${status}`).toBeDefined();
  const at =
    typeof response.$ref === 'string'
      ? response.$ref.slice(2)
      : pointer('paths', template, method.toLowerCase(), 'responses', `${status}`);
  if (!('content' in resolved(response))) return expect(body).toBeUndefined();
  const validate = ajv.getSchema(`api#/${at}/content/application~1json/schema`);
  expect(validate?.(body), JSON.stringify(validate?.errors)).toBe(true);
}

/** Hands that need no moment between two things. */
const quick: Clock = { now: () => 0, monotonic: () => 0, sleep: () => Promise.resolve() };

const quiet = { onExchange() {}, onQuestion() {}, onPower() {}, onWink() {} };

async function served(options: Partial<EmulationOptions> = {}) {
  const asked: EmulationOptions = { persona: ['touchstone-key'], defect: [], touch: 'auto', transport: 'tcp', port: 0 };
  const emulation = await serveEmulated({ ...asked, ...options }, () => quiet);
  onTestFinished(() => emulation[Symbol.asyncDispose]());
  const app = createHooks(emulation.keys, ['127.0.0.1'], quick);
  const send = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const init = {
      method,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    };
    const response = await app.request(`http://127.0.0.1${path}`, init);
    const text = await response.text();
    const json = text === '' ? undefined : JSON.parse(text);
    holdAgainstDocument(method, path, response.status, json);
    return { status: response.status, json };
  };
  return { keys: emulation.keys, send };
}

/** A program that uses the key. */
async function program(address: string) {
  const device = await openDevice(address);
  onTestFinished(() => device[Symbol.asyncDispose]());
  return device;
}

const getInfo = new Uint8Array([0x04]);
const selection = new Uint8Array([0x0b]);

it('the document has every hook, and no other', async () => {
  const routes = createHooks([]).routes.filter(({ method }) => method !== 'ALL');
  expect(routes.map(({ method, path }) => `${method} ${path.replaceAll(':id', '{id}')}`).toSorted()).toEqual(
    documented.toSorted(),
  );
});

describe('the examples of the document', () => {
  const bodies = documented.flatMap((operation) => {
    const [method, path] = operation.split(' ') as [string, string];
    const body = document.paths[path][method.toLowerCase()].requestBody?.content['application/json'];
    if (!body) return [];
    const examples = Object.values<{ value: unknown }>(body.examples ?? { only: { value: body.example } });
    return examples.map(({ value }): [string, string, unknown] => [method, path, value]);
  });
  it.each(bodies)('%s %s %j is taken', async (method, path, body) => {
    const { send } = await served({ persona: ['yubikey-bio'] });
    expect((await send(method, path.replace('{id}', '1'), body)).status).toBe(path.endsWith('handlings') ? 202 : 200);
  });
});

describe('keys', () => {
  it('are listed with where they are', async () => {
    const { send, keys } = await served({ persona: ['yubikey-5-nfc', 'solo'], transport: 'usbip' });
    const { json } = await send('GET', '/keys');
    expect(json).toEqual([
      {
        id: '1',
        persona: 'yubikey-5-nfc',
        label: 'YubiKey 5 NFC (firmware 5.4)',
        address: keys[0]!.name,
        power: 'on',
        touch: 'auto',
        asks: null,
      },
      expect.objectContaining({
        id: '2',
        persona: 'solo',
        address: expect.stringMatching(/^usbip:127\.0\.0\.1:\d+\/1-2$/),
      }),
    ]);
    expect((await send('GET', '/keys/2')).json).toEqual(json[1]);
  });

  it('show what is inside', async () => {
    const { send } = await served({ persona: ['yubikey-bio'], pin: '1234' });
    expect((await send('GET', '/keys/1/state')).json).toMatchObject({
      pin: 'set',
      pinRetries: 8,
      credentials: [],
      fingerprints: [{ templateId: expect.stringMatching(/^[0-9a-f]+$/), friendlyName: null }],
    });
  });
});

describe('hands', () => {
  it('touch when they are told, and show what is asked', async () => {
    const { send, keys } = await served({ touch: 'ask' });
    const device = await program(keys[0]!.name);
    const answer = device.transact(selection);
    await expect.poll(async () => (await send('GET', '/keys/1')).json.asks).toEqual({ for: 'presence', rpId: null });
    expect((await send('POST', '/keys/1/gestures', { gesture: 'touch' })).json).toEqual({ answered: true });
    expect([...(await answer)]).toEqual([0x00]);
    expect((await send('POST', '/keys/1/gestures', { gesture: 'deny' })).json).toEqual({ answered: false });
    expect([...(await device.transact(selection))], 'CTAP2_ERR_OPERATION_DENIED').toEqual([0x27]);
  });

  it('can be switched on and off', async () => {
    const { send, keys } = await served({ touch: 'auto' });
    const device = await program(keys[0]!.name);
    expect((await send('PUT', '/keys/1/touch', { touch: 'never' })).json.touch).toBe('never');
    const answer = device.transact(selection);
    await expect.poll(() => keys[0]!.hands.question).toBeDefined();
    await send('PUT', '/keys/1/touch', { touch: 'auto' });
    expect([...(await answer)]).toEqual([0x00]);
  });

  it('have fingers, on a model that reads them', async () => {
    const { send, keys } = await served({ persona: ['yubikey-bio'], touch: 'ask' });
    const { fingerprints } = (await send('GET', '/keys/1/state')).json;
    const gesture = (body: object) => send('POST', '/keys/1/gestures', { gesture: 'finger', ...body });
    const outcomes: unknown[] = [];
    for (const body of [{ matches: true }, { matches: false }, fingerprints[0], { templateId: 'ffff' }]) {
      const answer = keys[0]!.hands.respond({ kind: 'verification' }, new AbortController().signal);
      await gesture({ ...body, friendlyName: undefined });
      outcomes.push(await answer);
    }
    expect(outcomes).toEqual(['granted', 'no-match', 'granted', 'no-match']);
  });

  it('have none on another', async () => {
    const { send } = await served();
    const { status, json } = await send('POST', '/keys/1/gestures', { gesture: 'finger', matches: true });
    expect(status).toBe(409);
    expect(json).toEqual({ error: 'Touchstone plain CTAP 2.1 key has no fingerprint reader' });
  });
});

it('the plug is pulled and put back', async () => {
  const { send, keys } = await served();
  const device = await program(keys[0]!.name);
  expect((await send('PUT', '/keys/1/power', { power: 'off' })).json.power).toBe('off');
  await expect(device.transact(getInfo)).rejects.toMatchObject({ kind: 'disconnected' });
  expect((await send('PUT', '/keys/1/power', { power: 'on' })).json.power).toBe('on');
  const again = await program(keys[0]!.name);
  expect((await again.transact(getInfo))[0]).toBe(0);
  expect((await send('PUT', '/keys/1/power', { power: 'cycle' })).json.power).toBe('on');
  await expect(again.transact(getInfo)).rejects.toMatchObject({ kind: 'disconnected' });
});

describe('what a case asks of a real key', () => {
  const operator = parse(readFileSync(new URL('../../docs/operator.openapi.yaml', import.meta.url), 'utf8'));
  const { examples } = operator.paths['/'].post.requestBody.content['application/json'];
  it.each(Object.values<{ value: unknown }>(examples))(
    'is taken as operator.openapi.yaml says: $value.handling',
    async ({ value }) => {
      const { send } = await served({ touch: 'ask' });
      expect((await send('POST', '/keys/1/handlings', value)).status).toBe(202);
    },
  );

  it('is done', async () => {
    const { send, keys } = await served({ touch: 'ask' });
    const handle = (handling: string) => send('POST', '/keys/1/handlings', { handling });
    const device = await program(keys[0]!.name);
    const answer = device.transact(selection);
    await expect.poll(() => keys[0]!.hands.question).toBeDefined();
    expect((await handle('keep-away')).json.asks).not.toBeNull();
    expect((await handle('touch')).json.asks).toBeNull();
    expect([...(await answer)]).toEqual([0x00]);
    expect((await handle('unplug')).json.power).toBe('off');
    expect((await handle('plug-in')).json.power).toBe('on');
    const again = await program(keys[0]!.name);
    expect((await again.transact(getInfo))[0]).toBe(0);
    expect((await handle('power-cycle')).json.power).toBe('on');
    await expect(again.transact(getInfo)).rejects.toMatchObject({ kind: 'disconnected' });
  });
});

it('results can be read, read on, and forgotten', async () => {
  const { send, keys } = await served();
  const device = await program(keys[0]!.name);
  await device.transact(getInfo);
  await device.transact(selection);
  const { json } = await send('GET', '/keys/1/exchanges');
  expect(json).toMatchObject([
    { number: 1, command: 'authenticatorGetInfo', status: 'CTAP2_OK', request: '04' },
    { number: 2, command: 'authenticatorSelection', status: 'CTAP2_OK' },
  ]);
  expect((await send('GET', '/keys/1/exchanges?after=1')).json).toEqual([json[1]]);
  expect((await send('DELETE', '/keys/1/exchanges')).status).toBe(204);
  expect((await send('GET', '/keys/1/exchanges')).json).toEqual([]);
  await device.transact(getInfo);
  expect((await send('GET', '/keys/1/exchanges')).json).toMatchObject([{ number: 3 }]);
});

describe('what is asked wrongly is refused in a sentence', () => {
  const takes = (what: string) => `the body is not what ${what} takes: `;
  it.each([
    [
      'PUT',
      '/keys/1/touch',
      { touch: 'later' },
      400,
      `${takes('PUT /keys/1/touch')}touch: auto, ask, never or after:300ms is wanted`,
    ],
    ['PUT', '/keys/1/touch', {}, 400, `${takes('PUT /keys/1/touch')}touch: auto, ask, never or after:300ms is wanted`],
    ['PUT', '/keys/1/touch', { touch: 'ask', more: 1 }, 400, `${takes('PUT /keys/1/touch')}more is not known here`],
    ['PUT', '/keys/1/power', { power: 'half' }, 400, `${takes('PUT /keys/1/power')}power: on, off or cycle is wanted`],
    ['PUT', '/keys/1/power', [], 400, /^the body is not what PUT \/keys\/1\/power takes: /],
    [
      'POST',
      '/keys/1/gestures',
      { gesture: 'wave' },
      400,
      `${takes('POST /keys/1/gestures')}gesture: touch, deny, finger or sample is wanted`,
    ],
    ['POST', '/keys/1/gestures', { gesture: 'finger' }, 400, /either matches \(true or false\) or the templateId/],
    [
      'POST',
      '/keys/1/gestures',
      { gesture: 'sample', status: 'odd' },
      400,
      /^the body is not .*: status: one of good, too-high/,
    ],
    ['POST', '/keys/1/gestures', '{"gesture":', 400, 'the body is not JSON'],
    ['POST', '/keys/1/handlings', { handling: 'wave' }, 400, /handling: one of touch, keep-away, unplug, plug-in/],
    ['POST', '/keys/1/handlings', { handling: 'touch', key: {} }, 400, /key\.label: /],
    ['GET', '/keys/1/exchanges?after=x', undefined, 400, 'after: the number of an exchange is wanted, "x" was found'],
    ['GET', '/keys/7', undefined, 404, 'there is no key "7": there is 1'],
    [
      'POST',
      '/keys/1/gestures',
      `{"gesture":"touch","x":"${'x'.repeat(20_000)}"}`,
      413,
      'a body has at most 16384 bytes',
    ],
  ])('%s %s %j', async (method, path, body, status, error) => {
    const { send } = await served();
    const answer = await send(method, path, body);
    expect(answer.status).toBe(status);
    expect(answer.json.error).toEqual(typeof error === 'string' ? error : expect.stringMatching(error));
  });

  it('a body of another type, a page of the web, another name of the machine', async () => {
    const { send } = await served();
    const touch = { gesture: 'touch' };
    expect((await send('POST', '/keys/1/gestures', touch, { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await send('POST', '/keys/1/gestures', touch, { origin: 'https://evil.test' })).status).toBe(403);
    const app = createHooks([], ['127.0.0.1']);
    expect((await app.request('http://evil.test/keys')).status).toBe(403);
    expect(await (await app.request('http://127.0.0.1/nothing')).json()).toEqual({ error: 'there is no GET /nothing' });
  });
});

it('they are served on a port, and a taken one is said', async () => {
  const { keys } = await served();
  await using server = await serveHooks(keys, { host: '127.0.0.1', port: 0 });
  const [{ id }] = (await (await fetch(`${server.origin}/keys`)).json()) as [{ id: string }];
  expect(id).toBe('1');
  const port = Number(new URL(server.origin).port);
  await expect(serveHooks(keys, { host: '127.0.0.1', port })).rejects.toMatchObject({
    kind: 'unavailable',
    message: `cannot serve the hooks at ${server.origin}: the port is taken`,
  });
});
