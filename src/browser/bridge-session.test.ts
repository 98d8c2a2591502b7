/** How requests through the bridge end before the handler responds. */
import type { Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { findBrowser } from './installed-browsers.mjs';
import { approvingHandler } from './testing/approving-handler.ts';
import { createInPage, startTestBridge, type TestBridge } from './testing/test-bridge.ts';
import type { CeremonyRequest, WebAuthnHandler } from './webauthn-handler.ts';

/** A handler that never responds; `called` resolves with the signal of create() when it is called. */
function createPendingHandler(): { handler: WebAuthnHandler; called: Promise<AbortSignal> } {
  let onCalled: (signal: AbortSignal) => void;
  const called = new Promise<AbortSignal>((resolve) => {
    onCalled = resolve;
  });
  const create = (_: CeremonyRequest, signal: AbortSignal) =>
    new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
      onCalled(signal);
    });
  return { handler: { ...approvingHandler, create }, called };
}

const installed = findBrowser('chromium');

describe.skipIf(!installed)(`a bridge session in ${installed?.path ?? 'Chromium: none installed'}`, () => {
  let bridge: TestBridge;
  beforeAll(async () => {
    bridge = await startTestBridge();
  }, 60_000);
  afterEach(() => bridge.closeContexts());
  afterAll(() => bridge?.[Symbol.asyncDispose]());

  test('aborts the handler when the page aborts, and the page gets AbortError', async () => {
    const { handler, called } = createPendingHandler();
    const { page } = await bridge.openPage(handler);
    const name = page.evaluate(async () => {
      const controller = new AbortController();
      Object.assign(globalThis, { controller });
      const publicKey = {
        rp: { name: 'RP' },
        user: { id: new Uint8Array([1]), name: 'ada', displayName: 'Ada' },
        challenge: new Uint8Array(32),
        pubKeyCredParams: [{ type: 'public-key' as const, alg: -7 }],
      };
      return navigator.credentials.create({ publicKey, signal: controller.signal }).catch(({ name }) => name);
    });
    const signal = await called;
    await page.evaluate(() => (globalThis as unknown as { controller: AbortController }).controller.abort());
    expect(await name).toBe('AbortError');
    await expect.poll(() => signal.aborted).toBe(true);
    expect(signal.reason).toMatchObject({ name: 'AbortError' });
  });

  test.each([
    ['navigating away', (page: Page) => page.goto('about:blank')],
    ['reloading', (page: Page) => page.reload()],
    ['closing the page', (page: Page) => page.close()],
    ['closing the context', (page: Page) => page.context().close()],
  ])('aborts the handler when the page is left by %s', async (_, leave) => {
    const { handler, called } = createPendingHandler();
    const { page } = await bridge.openPage(handler);
    const outcome = createInPage(page).catch(() => 'page gone');
    const signal = await called;
    await leave(page);
    await expect.poll(() => signal.aborted).toBe(true);
    expect(await outcome).toBe('page gone');
  });

  test('keeps the request while the page navigates within its document', async () => {
    const { handler, called } = createPendingHandler();
    const { page } = await bridge.openPage(handler);
    const outcome = createInPage(page).catch(() => 'page gone');
    const signal = await called;
    await page.evaluate(() => history.pushState({}, '', '/elsewhere'));
    await page.goto(`${bridge.originOf('localhost')}/elsewhere#fragment`);
    expect(signal.aborted).toBe(false);
    await page.close();
    expect(await outcome).toBe('page gone');
  });

  test('close() fails pending requests', async () => {
    const { handler, called } = createPendingHandler();
    const { page, session } = await bridge.openPage(handler);
    const outcome = createInPage(page);
    await called;
    session.close();
    expect((await outcome).error).toMatchObject({ name: 'UnknownError' });
  });
});
