/** No request may lead to an internal error: every POST route gets bodies that are not what their content type says, and random ones. */
import { beforeAll, describe, expect, it } from 'vitest';
import { concat, utf8 } from '#base/bytes.ts';
import { seededRandom } from '#base/seeded-random.ts';
import { createTestPortal, registerPending, type TestPortal } from '../testing/test-portal.ts';
import { makeRegistration } from '../verification/testing/registration.ts';
import { signInVisitor, type TestVisitor } from './testing/test-visitor.ts';

const random = seededRandom('broken requests');
const multipart = 'multipart/form-data; boundary=x';
const urlencoded = 'application/x-www-form-urlencoded';
const json = 'application/json';

/** Bodies that are not what the content type says. */
const malformed: [string, string, string | Uint8Array][] = [
  ['a multipart body without its boundary', multipart, 'no boundary'],
  ['a multipart body that is cut off', multipart, '--x\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n'],
  [
    'a multipart body with a broken header',
    multipart,
    '--x\r\nContent-Disposition: form-data; name=\r\n\r\na\r\n--x--',
  ],
  ['an empty multipart body', multipart, ''],
  ['a multipart type without a boundary', 'multipart/form-data', '--x\r\n'],
  ['a multipart type with an empty boundary', 'multipart/form-data; boundary=', '----'],
];
const malformedJson: [string, string, string | Uint8Array][] = [
  ['an empty JSON body', json, ''],
  ['JSON that is cut off', json, '{"id":'],
  ['JSON with a trailing comma', json, '{"a":1,}'],
  ['bytes instead of JSON', json, Uint8Array.of(0xff, 0xfe, 0x00)],
  ['JSON nested 50,000 deep and not closed', json, '['.repeat(50_000)],
];

let portal: TestPortal;
let visitor: TestVisitor;
let postRoutes: string[];
beforeAll(async () => {
  portal = await createTestPortal(
    {},
    { roles: ['authentication-administrator', 'authentication-policy-administrator'] },
  );
  const { pending } = await registerPending(portal);
  visitor = await signInVisitor(portal);
  postRoutes = portal
    .routes('POST')
    .map((path) => path.replace(/\/users\/:id/, `/users/${portal.user.id}`).replace(':id', pending.id));
});

const send = (
  path: string,
  type: string | undefined,
  body: string | Uint8Array,
  headers: Record<string, string> = {},
) =>
  portal.request(path, {
    method: 'POST',
    body: typeof body === 'string' ? body : new Uint8Array(body),
    headers: {
      cookie: visitor.cookieHeader,
      'x-csrf-token': visitor.csrf,
      ...(type && { 'content-type': type }),
      ...headers,
    },
  });

describe('every POST route', () => {
  it('is tested', () => {
    expect(postRoutes.length).toBeGreaterThanOrEqual(15);
    expect(postRoutes).toEqual(expect.arrayContaining(['/sign-in', '/verify/tap', '/api/passkeys', '/admin/policy']));
  });

  it.each(malformed)('refuses %s with 400 and body-invalid', async (_, type, body) => {
    for (const path of postRoutes) {
      const response = await send(path, type, body);
      expect({ path, status: response.status }).toEqual({ path, status: 400 });
      expect(await response.text(), path).toContain('body-invalid');
    }
  });

  it.each(malformedJson)('refuses %s with 400 and body-invalid', async (_, type, body) => {
    for (const path of postRoutes) {
      const response = await send(path, type, body);
      expect({ path, status: response.status }).toEqual({ path, status: 400 });
      expect(await response.text(), path).toContain('body-invalid');
    }
  });

  it('refuses a malformed body without a session and without a CSRF token alike', async () => {
    for (const path of postRoutes) {
      const headers = { 'content-type': multipart };
      expect((await portal.request(path, { method: 'POST', body: 'x', headers })).status, path).toBe(400);
    }
  });

  it('refuses a body that cannot be received', async () => {
    const body = new ReadableStream({
      pull(controller) {
        controller.error(new Error('The connection was reset'));
      },
    });
    const response = await portal.request('/sign-in', { method: 'POST', body, duplex: 'half' } as RequestInit);
    expect(response.status).toBe(400);
  });
});

describe('random requests', () => {
  const types = [
    multipart,
    urlencoded,
    json,
    'text/plain',
    'application/cbor',
    undefined,
    `${json}; charset=utf-16`,
    'MULTIPART/FORM-DATA; boundary=x',
  ];
  const pick = <T>(values: readonly T[]): T => values[(random.bytes(1)[0] ?? 0) % values.length] as T;
  const texts = [
    '',
    'a',
    '\0',
    '\ud800',
    '💥'.repeat(99),
    '%',
    '../..',
    "'; drop table users; --",
    '9'.repeat(400),
    '-1',
    '1e309',
    '__proto__',
    'x'.repeat(70_000),
  ];
  const values: unknown[] = [null, true, 0, -1, 1e308, [], {}, [[[]]], { __proto__: null }, ...texts];
  const names = [
    'csrf',
    'name',
    'secret',
    'code',
    'next',
    'with',
    'method',
    'id',
    'rawId',
    'type',
    'response',
    'clientExtensionResults',
    'lifetimeMinutes',
    'length',
    'maxPasskeys',
    'allow',
    'aaguids',
    'freshForMinutes',
    '__proto__',
    'constructor',
    '',
  ];

  /** Bytes with some of them changed, removed or repeated. */
  function mutate(bytes: Uint8Array): Uint8Array {
    const [kind = 0, at = 0, value = 0] = random.bytes(3);
    const index = bytes.length === 0 ? 0 : (at * 256 + value) % bytes.length;
    if (kind % 4 === 0) return bytes.with(Math.min(index, Math.max(0, bytes.length - 1)), value);
    if (kind % 4 === 1) return bytes.slice(0, index);
    if (kind % 4 === 2) return concat(bytes.slice(0, index), random.bytes(value % 16), bytes.slice(index));
    return concat(bytes.slice(0, index), bytes.slice(Math.min(bytes.length, index + (value % 32))));
  }

  const makeForm = () => new URLSearchParams(Array.from({ length: 6 }, () => [pick(names), pick(texts)])).toString();
  const makeMultipart = () =>
    `${Array.from({ length: 4 }, () => `--x\r\nContent-Disposition: form-data; name="${pick(names)}"${pick(['', '; filename="f"'])}\r\n\r\n${pick(texts)}\r\n`).join('')}--x--\r\n`;
  const makeJson = () =>
    JSON.stringify(Object.fromEntries(Array.from({ length: 6 }, () => [pick(names), pick(values)])));

  async function makeBody(type: string | undefined): Promise<Uint8Array> {
    const valid = async () => JSON.stringify(await makeRegistration({ challenge: 'AAAA' }));
    const text = type?.toLowerCase().startsWith('multipart')
      ? makeMultipart()
      : type === urlencoded
        ? makeForm()
        : pick([makeJson(), await valid()]);
    const bytes = utf8(text);
    return pick([false, false, true]) && bytes.length > 0 ? mutate(bytes) : bytes;
  }

  it('never lead to an internal error', { timeout: 60_000 }, async () => {
    const statuses = new Map<number, number>();
    for (let round = 0; round < 60; round++)
      for (const path of postRoutes) {
        if (path === '/sign-out') continue;
        const type = pick(types);
        const where = `${path}${pick(['', '?next=%E0%A4%A', '?with=%FF', '?next=//evil.test'])}`;
        const response = await send(where, type, await makeBody(type));
        statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
        expect(response.status, `${path} ${type}`).toBeLessThan(500);
      }
    expect([...statuses.keys()].sort()).toEqual(expect.arrayContaining([200, 303, 400]));
  });

  it.each([
    '/%',
    '/%FF',
    '/admin/users/%00',
    '/assets/..%2f..',
    '/assets/constructor',
    '/security-info/passkey/%ED%A0%80/name',
    `/${'a'.repeat(9000)}`,
  ])('GET %s never leads to an internal error', async (path) => {
    const response = await portal.request(path, { headers: { cookie: visitor.cookieHeader } });
    expect(response.status).toBeLessThan(500);
  });

  it.each([
    'session',
    'session=',
    'session=%',
    'session="',
    'csrf=%E0%A4%A; session=%FF',
    `session=${'x'.repeat(9000)}`,
  ])('a cookie header %s never leads to an internal error', async (cookie) => {
    for (const path of ['/', '/security-info', '/api/sign-in/options'])
      expect((await portal.request(path, { headers: { cookie } })).status).toBeLessThan(500);
  });
});
