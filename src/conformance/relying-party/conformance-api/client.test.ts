import { expect, it } from 'vitest';
import { systemClock } from '#base/clock.ts';
import { systemRandom } from '#base/random.ts';
import { createConformanceApi, jsonRequest } from './client.ts';

const request = jsonRequest('attestation/options', { username: 'user' });

/** Returns a session with a server that sets these cookies, one list for each answer, and the requests that it gets. */
function openSession(cookies: string[][], body = '{}') {
  const requests: { url: string; cookie: string | undefined }[] = [];
  const api = createConformanceApi({
    url: 'https://example.com/fido/',
    random: systemRandom,
    clock: systemClock,
    fetch: async (url, { headers }) => {
      requests.push({ url, cookie: (headers as Record<string, string>).cookie });
      const set = cookies[requests.length - 1] ?? [];
      return new Response(body, { headers: set.map((cookie) => ['set-cookie', cookie]) });
    },
  });
  return { send: api.openSession(), requests };
}

it('sends the cookies of earlier answers, and none that the server has deleted', async () => {
  const { send, requests } = openSession([['a=1=1; Path=/; HttpOnly', 'b=2'], ['b=; Max-Age=0'], ['a=3; max-age=60']]);
  for (let count = 0; count < 4; count += 1) await send(request);
  expect(requests.map(({ cookie }) => cookie)).toEqual([undefined, 'a=1=1; b=2', 'a=1=1', 'a=3']);
});

it('can send cookies that the server did not issue', async () => {
  const { send, requests } = openSession([['session=x7-y_Z']]);
  await send(request);
  await send({ ...request, hasForgedCookies: true });
  expect(requests[1]?.cookie).toBe('session=AA-A_A');
});

it('keeps the path of the address', async () => {
  const { send, requests } = openSession([]);
  await send(request);
  expect(requests[0]?.url).toBe('https://example.com/fido/attestation/options');
});

it.each(['', '[1]', 'null', '"text"', '{"status":'])('has no body if the answer is %j', async (text) => {
  const { send } = openSession([], text);
  expect((await send(request)).body).toBeUndefined();
});
