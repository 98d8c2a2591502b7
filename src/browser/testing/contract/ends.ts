/** Contract of the bridge: how requests end before the handler responds. */
import type { Page } from 'playwright';
import { describe, expect, test } from 'vitest';
import { approvingHandler, pendingHandler, recordingHandler } from '../approving-handler.ts';
import type { ContractParts } from '../bridge-contract.ts';
import { addFrame, createInPage, eventually, getInPage, pageGone, untilPageGone } from '../test-bridge.ts';

export function testEnds({ bridge, secondRequest, noticesNavigatedSubframe }: ContractParts) {
  describe('ends', () => {
    test.each(['create', 'get'] as const)(
      'an abort of the page ends %s() with the reason of the signal',
      async (call) => {
        const { handler, called } = pendingHandler();
        const { page } = await bridge().openPage(handler);
        const reason = page.evaluate(callUntilAborted, call);
        const signal = await called;
        await page.evaluate(() => (globalThis as unknown as { controller: AbortController }).controller.abort('why'));
        expect(await reason).toBe('why');
        await eventually(() => signal.aborted).toBe(true);
        expect(signal.reason).toMatchObject({ name: 'AbortError' });
      },
    );

    test('a signal that is aborted already ends the request before the handler is called', async () => {
      const { handler, requests } = recordingHandler();
      const { page } = await bridge().openPage(handler);
      const name = await page.evaluate(() =>
        navigator.credentials
          .get({ publicKey: { challenge: new Uint8Array(32) }, signal: AbortSignal.abort() })
          .catch((error: Error) => error.name),
      );
      expect(name).toBe('AbortError');
      expect(requests).toEqual([]);
    });

    test('the next request works after an abort', async () => {
      const { handler, called } = pendingHandler();
      const { page, session } = await bridge().openPage(handler);
      const aborted = page.evaluate(callUntilAborted, 'create' as const);
      await called;
      await page.evaluate(() => (globalThis as unknown as { controller: AbortController }).controller.abort('why'));
      await aborted;
      session.handler = approvingHandler;
      expect((await createInPage(page)).credential).toBeDefined();
    });

    test.each([
      ['navigating away', (page: Page) => page.goto('about:blank')],
      ['reloading', (page: Page) => page.reload()],
      ['closing the page', (page: Page) => page.close()],
      ['closing the context', (page: Page) => page.context().close()],
    ])('the handler is aborted when the page is left by %s', async (_, leave) => {
      const { handler, called } = pendingHandler();
      const { page } = await bridge().openPage(handler);
      const outcome = untilPageGone(createInPage(page));
      const signal = await called;
      await leave(page);
      await eventually(() => signal.aborted).toBe(true);
      expect(await outcome).toBe(pageGone);
    });

    test('a request outlives navigations within its document', async () => {
      const { handler, called } = pendingHandler();
      const { page } = await bridge().openPage(handler);
      const outcome = untilPageGone(createInPage(page));
      const signal = await called;
      await page.evaluate(() => history.pushState({}, '', '/elsewhere'));
      await page.goto(`${bridge().originOf('localhost')}/elsewhere#fragment`);
      expect(signal.aborted).toBe(false);
      await page.close();
      expect(await outcome).toBe(pageGone);
    });

    test('the handler is aborted when the calling frame is removed', async () => {
      const { handler, called } = pendingHandler();
      const { page } = await bridge().openPage(handler);
      const allow = 'publickey-credentials-get *';
      const frame = await addFrame(page, bridge().originOf('sub.localhost'), allow);
      void untilPageGone(getInPage(frame));
      const signal = await called;
      await page.evaluate(() => document.querySelector('iframe')?.remove());
      await eventually(() => signal.aborted).toBe(true);
    });

    const notices = noticesNavigatedSubframe ? 'is aborted' : 'is not aborted';
    test(`the handler ${notices} when the calling frame alone navigates`, async () => {
      const { handler, called } = pendingHandler();
      const { page } = await bridge().openPage(handler);
      const allow = 'publickey-credentials-get *';
      const frame = await addFrame(page, bridge().originOf('sub.localhost'), allow);
      void untilPageGone(getInPage(frame));
      const signal = await called;
      await frame.goto(`${bridge().originOf('sub.localhost')}/next`);
      if (noticesNavigatedSubframe) await eventually(() => signal.aborted).toBe(true);
      else expect(signal.aborted).toBe(false);
    });

    const { ends, error } = secondRequest;
    test(`of two requests of a page, the ${ends} ends with ${error}`, async () => {
      const { handler, called, signals } = pendingHandler();
      const { page } = await bridge().openPage(handler);
      const outcomes = [untilPageGone(createInPage(page))];
      await called;
      outcomes.push(untilPageGone(getInPage(page)));
      const ended = await Promise.race(outcomes);
      expect(ended.error).toMatchObject({ name: error, isDomException: true });
      expect(await Promise.race([outcomes[ends === 'first' ? 0 : 1], 'pending'])).toBe(ended);
      if (ends === 'first') await eventually(() => signals.length).toBe(2);
      expect(signals.map(({ aborted }) => aborted)).toEqual(ends === 'first' ? [true, false] : [false]);
      await page.close();
      await Promise.all(outcomes);
    });

    test('two pages of a context have requests at the same time', async () => {
      const { handler, signals } = pendingHandler();
      const { page } = await bridge().openPage(handler);
      const other = await page.context().newPage();
      await other.goto(bridge().originOf('sub.localhost'));
      const outcomes = [untilPageGone(createInPage(page)), untilPageGone(createInPage(other))];
      await eventually(() => signals.length).toBe(2);
      expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
      await page.context().close();
      expect(await Promise.all(outcomes)).toEqual([pageGone, pageGone]);
    });

    test('close() in one context leaves the requests of the other contexts to their handlers', async () => {
      const { handler, called, signals } = pendingHandler();
      const { page: pending } = await bridge().openPage(handler);
      const outcome = untilPageGone(createInPage(pending));
      await called;
      const { page, session } = await bridge().openPage(approvingHandler);
      const { session: closed } = await bridge().openPage(approvingHandler);
      await closed.close();
      expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
      expect((await createInPage(page)).credential).toBeDefined();
      await session.close();
      const { page: later } = await bridge().openPage(approvingHandler);
      expect((await createInPage(later)).credential).toBeDefined();
      await pending.close();
      expect(await outcome).toBe(pageGone);
    });

    test('close() fails pending requests, and the browser handles WebAuthn again', async () => {
      const { handler, called, signals } = pendingHandler();
      const { page, session } = await bridge().openPage(handler);
      const outcome = createInPage(page);
      await called;
      await session.close();
      expect((await outcome).error).toMatchObject({ name: 'UnknownError' });
      expect(session.problems).toEqual([]);
      const refusedByBrowser = await createInPage(page, { rp: { name: 'RP', id: 'bank.example' } });
      expect(refusedByBrowser.error?.name).not.toBe('UnknownError');
      expect(signals).toHaveLength(1);
    });
  });
}

/** Runs in the page. Resolves with the reason of the abort. */
async function callUntilAborted(call: 'create' | 'get'): Promise<unknown> {
  const controller = new AbortController();
  Object.assign(globalThis, { controller });
  const { signal } = controller;
  const creation = {
    rp: { name: 'RP' },
    user: { id: new Uint8Array([1]), name: 'ada', displayName: 'Ada' },
    challenge: new Uint8Array(32),
    pubKeyCredParams: [{ type: 'public-key' as const, alg: -7 }],
  };
  const request = { challenge: new Uint8Array(32) };
  const result =
    call === 'create'
      ? navigator.credentials.create({ publicKey: creation, signal })
      : navigator.credentials.get({ publicKey: request, signal });
  return result.catch((reason) => reason);
}
