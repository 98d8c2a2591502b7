/** What the session does with messages that the init script never sends. */
import type { Frame, Page } from 'playwright';
import { expect, test } from 'vitest';
import { recordingHandler } from '../testing/approving-handler.ts';
import { documentInFrame } from './document-host.ts';
import type { PageMessage, SendingDocument } from './messages.ts';
import { PendingRequests } from './pending-requests.ts';
import { ShimSession } from './shim-session.ts';

/** A top-level frame as Playwright knows it; its document is at `location`. */
function createFrame(url: string, location = url): Frame {
  const page = { on: () => page, off: () => page } as unknown as Page;
  return { url: () => url, page: () => page, parentFrame: () => null, evaluate: async () => location } as never;
}

function openSession() {
  const { handler, requests } = recordingHandler();
  const parts = { pending: new PendingRequests('chromium'), uninstall: async () => undefined };
  const session = new ShimSession(handler, parts);
  const receive = async (frame: Frame, message: PageMessage, sender: Partial<SendingDocument> = {}) => {
    const document = { documentId: 'document', origin: 'https://rp.example', ancestorOrigins: [], ...sender };
    return JSON.parse(
      await session.receive(documentInFrame(frame, 'binding'), JSON.stringify({ ...document, ...message })),
    );
  };
  return { session, requests, receive };
}

const get: PageMessage = { type: 'get', requestId: '1', policy: 'allowed', publicKey: { challenge: 'AA' } };

test('a request with the origin of its frame reaches the handler', async () => {
  const { receive, requests } = openSession();
  expect(await receive(createFrame('https://rp.example/page'), get)).toMatchObject({ value: { type: 'public-key' } });
  expect(requests).toMatchObject([{ origin: 'https://rp.example', crossOrigin: false }]);
});

test('a request with the origin of another site is refused and recorded', async () => {
  const { receive, requests, session } = openSession();
  const reply = await receive(createFrame('https://shop.example/'), get);
  expect(reply).toMatchObject({ error: { name: 'SecurityError' } });
  expect(requests).toEqual([]);
  expect(session.problems).toMatchObject([{ kind: 'origin-mismatch', ceremony: 'get' }]);
});

test('a signal with the origin of another site is refused and recorded', async () => {
  const { receive, session } = openSession();
  const signal = { method: 'signalUnknownCredential', rpId: 'rp.example', credentialId: 'AA' } as const;
  const reply = await receive(createFrame('https://shop.example/'), { type: 'signal', signal });
  expect(reply).toMatchObject({ error: { name: 'SecurityError' } });
  expect(session.problems).toMatchObject([{ kind: 'origin-mismatch', ceremony: 'signal' }]);
});

test('uses the address of the document when Playwright has not read it yet', async () => {
  const { receive, requests } = openSession();
  await receive(createFrame('https://earlier.example/', 'https://rp.example/page'), get);
  expect(requests).toHaveLength(1);
});

test.each(['about:blank', 'about:srcdoc', ''])('a document at %j has an inherited origin', async (url) => {
  const { receive, requests } = openSession();
  await receive(createFrame(url), get);
  expect(requests).toHaveLength(1);
});

test('the top-level origin is that of the last ancestor', async () => {
  const { receive, requests } = openSession();
  const ancestorOrigins = ['https://rp.example', 'https://shop.example'];
  await receive(createFrame('https://rp.example/'), get, { ancestorOrigins });
  expect(requests).toMatchObject([{ crossOrigin: true, topOrigin: 'https://shop.example' }]);
});
