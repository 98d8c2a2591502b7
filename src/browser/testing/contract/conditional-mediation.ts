/** Contract of the bridge: mediation, on the routes that pass it to the handler. */
import { describe, expect, test } from 'vitest';
import { approvingHandler, pendingHandler, recordingHandler } from '../approving-handler.ts';
import type { ContractParts } from '../bridge-contract.ts';
import { addFrame, createAfterClick, createInPage, getInPage, untilPageGone } from '../test-bridge.ts';

const conditional = { mediation: 'conditional' };
const capable = { getClientCapabilities: async () => ({ conditionalGet: true, conditionalCreate: true }) };

export function testConditionalMediation({ bridge, hasConditionalMediation, secondRequest }: ContractParts) {
  describe.runIf(hasConditionalMediation)('mediation', () => {
    test('conditional requests reach a handler that is capable of them', async () => {
      const { handler, requests } = recordingHandler();
      const { page } = await bridge().openPage({ ...handler, ...capable });
      expect((await getInPage(page, {}, conditional)).credential).toBeDefined();
      expect((await createInPage(page, {}, conditional)).credential).toBeDefined();
      expect((await getInPage(page, {}, { mediation: 'required' })).credential).toBeDefined();
      expect(requests.map(({ mediation }) => mediation)).toEqual(['conditional', 'conditional', undefined]);
    });

    test('conditional requests are refused when the handler is not capable of them', async () => {
      const { handler, requests } = recordingHandler();
      const { page, session } = await bridge().openPage(handler);
      expect((await getInPage(page, {}, conditional)).error).toMatchObject({
        name: 'TypeError',
        isDomException: false,
      });
      expect((await createInPage(page, {}, conditional)).error).toMatchObject({ name: 'NotSupportedError' });
      expect(requests).toEqual([]);
      expect(session.problems).toEqual([]);
    });

    test('get() with mediation "silent" resolves with null, without the handler', async () => {
      const { handler, requests } = recordingHandler();
      const { page } = await bridge().openPage(handler);
      const result = await page.evaluate(() =>
        navigator.credentials.get({ mediation: 'silent', publicKey: { challenge: new Uint8Array(1) } }),
      );
      expect(result).toBeNull();
      expect(requests).toEqual([]);
    });

    test('a cross-origin frame cannot use conditional creation', async () => {
      const { page } = await bridge().openPage({ ...approvingHandler, ...capable });
      const allow = 'publickey-credentials-create *';
      const frame = await addFrame(page, bridge().originOf('sub.localhost'), allow);
      expect((await createAfterClick(frame, conditional)).error?.name).toBe('NotAllowedError');
    });

    test('a pending conditional request counts as the request of its page', async () => {
      const { handler, called } = pendingHandler();
      const { page } = await bridge().openPage({ ...handler, ...capable });
      const outcomes = [untilPageGone(getInPage(page, {}, conditional))];
      await called;
      outcomes.push(untilPageGone(createInPage(page)));
      const ended = await Promise.race(outcomes);
      expect(ended.error?.name).toBe(secondRequest.error);
      await page.close();
      await Promise.all(outcomes);
    });

    test('a modal request works after the page has aborted its conditional request', async () => {
      const { handler, called } = pendingHandler();
      const { page, session } = await bridge().openPage({ ...handler, ...capable });
      const aborted = page.evaluate(() => {
        const controller = new AbortController();
        Object.assign(globalThis, { controller });
        const publicKey = { challenge: new Uint8Array(1) };
        return navigator.credentials
          .get({ mediation: 'conditional', signal: controller.signal, publicKey })
          .catch((error: Error) => error.name);
      });
      const signal = await called;
      session.handler = approvingHandler;
      const modal = await page.evaluate(() => {
        (globalThis as unknown as { controller: AbortController }).controller.abort();
        return navigator.credentials.get({ publicKey: { challenge: new Uint8Array(1) } }).then((made) => made?.type);
      });
      expect([await aborted, modal, signal.aborted]).toEqual(['AbortError', 'public-key', true]);
    });
  });
}
