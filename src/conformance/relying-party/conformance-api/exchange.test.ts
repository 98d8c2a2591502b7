import { expect, it } from 'vitest';
import { ManualClock } from '#base/testing/manual-clock.ts';
import { createExchange, type Fetch } from './exchange.ts';

const url = 'https://example.com/attestation/result';
const never: Fetch = () => new Promise(() => undefined);

/** Returns an exchange with a server, and the clock of its time limit. */
function openExchange(fetch: Fetch) {
  const clock = new ManualClock();
  const exchange = createExchange({ fetch, clock });
  return { clock, send: () => exchange(url, { method: 'POST' }) };
}

/** Sends a request whose answer does not come in time. */
async function sendInVain({ clock, send }: ReturnType<typeof openExchange>): Promise<unknown> {
  const sent = send().catch((error: unknown) => error);
  await clock.advance(10_000);
  return sent;
}

it('reads an answer', async () => {
  const { send } = openExchange(async () => new Response('{"status":"ok"}', { status: 201 }));
  expect(await send()).toMatchObject({ status: 201, text: '{"status":"ok"}' });
});

it('does not follow redirects', async () => {
  const requests: RequestInit[] = [];
  const { send } = openExchange(async (_, init) => {
    requests.push(init);
    return new Response('', { status: 302, headers: { location: 'https://example.org/' } });
  });
  expect((await send()).status).toBe(302);
  expect(requests).toMatchObject([{ redirect: 'manual' }]);
});

it('aborts a request without an answer after 10 s, and ends it', async () => {
  const signals: (AbortSignal | null | undefined)[] = [];
  const opened = openExchange((to, init) => {
    signals.push(init.signal);
    return never(to, init);
  });
  expect(await sendInVain(opened)).toMatchObject({ message: `Expected an answer from ${url} within 10 s, got none` });
  expect(signals[0]?.aborted).toBe(true);
});

it('aborts a body that does not end', async () => {
  const endless = new ReadableStream({ pull: () => new Promise(() => undefined) });
  const error = await sendInVain(openExchange(async () => new Response(endless)));
  expect(error).toMatchObject({ message: `Expected an answer from ${url} within 10 s, got none` });
});

it('sends nothing more after three requests in a row without an answer', async () => {
  let requests = 0;
  const opened = openExchange((to, init) => {
    requests += 1;
    return never(to, init);
  });
  for (let count = 0; count < 3; count += 1) await sendInVain(opened);
  await expect(opened.send()).rejects.toThrow('The server gave no answer to 3 requests in a row; no more are sent');
  expect(requests).toBe(3);
});

it('counts requests without an answer from the last answer on', async () => {
  let requests = 0;
  const opened = openExchange(async (to, init) => {
    requests += 1;
    return requests % 3 === 0 ? new Response('{}') : never(to, init);
  });
  for (let count = 0; count < 3; count += 1) {
    await sendInVain(opened);
    await sendInVain(opened);
    expect((await opened.send()).text).toBe('{}');
  }
});

it('sends nothing more after thirty requests without an answer', async () => {
  let requests = 0;
  const opened = openExchange(async (to, init) => {
    requests += 1;
    return requests % 2 === 0 ? new Response('{}') : never(to, init);
  });
  for (let count = 0; count < 29; count += 1) {
    await sendInVain(opened);
    await opened.send();
  }
  await sendInVain(opened);
  await expect(opened.send()).rejects.toThrow('The server gave no answer to 30 requests; no more are sent');
  expect(requests).toBe(59);
});

it('stops reading a body that is too long', async () => {
  let chunks = 0;
  const long = new ReadableStream<Uint8Array>({
    pull(controller) {
      chunks += 1;
      controller.enqueue(new Uint8Array(1024 * 1024));
    },
  });
  const { send } = openExchange(async () => new Response(long));
  await expect(send()).rejects.toThrow(`Expected an answer of at most 4194304 bytes from ${url}, got more`);
  expect(chunks).toBeLessThan(10);
});

it('has no text of a body that is not UTF-8', async () => {
  const { send } = openExchange(async () => new Response(Uint8Array.of(0x7b, 0xff, 0x7d)));
  expect((await send()).text).toBeUndefined();
});

it('reports why there is no answer', async () => {
  const { send } = openExchange(async () => {
    throw new TypeError('fetch failed', { cause: new Error('other side closed') });
  });
  await expect(send()).rejects.toThrow(`Cannot get an answer from ${url}: fetch failed: other side closed`);
});
