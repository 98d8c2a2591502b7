/** The contract of virtual authenticators, in every engine that has some. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { toBase64url } from '#base/bytes.ts';
import { defined } from '#base/testing/defined.ts';
import { findBrowser } from '../installed-browsers.mjs';
import { launchBrowser } from '../launch.ts';
import { createInPage, getInPage } from '../testing/test-bridge.ts';
import { openChromiumPage } from './chromium-virtual-authenticator.ts';
import { launchSoftTokenFirefox } from './firefox-soft-token.ts';
import type { VirtualAuthenticatorPage } from './virtual-authenticator.ts';

interface StartedEngine extends AsyncDisposable {
  openPage(): Promise<VirtualAuthenticatorPage>;
}

const engines: Record<'chromium' | 'firefox', () => Promise<StartedEngine>> = {
  async chromium() {
    const browser = await launchBrowser({ preferHeadlessShell: true });
    return {
      openPage: async () => openChromiumPage(await browser.newPage()),
      [Symbol.asyncDispose]: () => browser.close(),
    };
  },
  async firefox() {
    const firefox = await launchSoftTokenFirefox();
    return {
      openPage: async () => ({ page: await firefox.browser.newPage(), addAuthenticator: firefox.addAuthenticator }),
      [Symbol.asyncDispose]: () => firefox[Symbol.asyncDispose](),
    };
  },
};

const server = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<!doctype html>'));
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => new Promise((resolve) => server.close(resolve)));
const openSite = (page: Page) => page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`);

const discoverable = { authenticatorSelection: { residentKey: 'required', userVerification: 'required' } };

describe.each(['chromium', 'firefox'] as const)('virtual authenticators of %s', (engine) => {
  describe.skipIf(!findBrowser(engine))('in a page', () => {
    let started: StartedEngine | undefined;
    let opened: VirtualAuthenticatorPage;
    beforeAll(async () => {
      started = await engines[engine]();
    }, 60_000);
    // Playwright kills a browser that does not end within 30 seconds; the engines end by themselves.
    afterAll(() => started?.[Symbol.asyncDispose](), 25_000);
    beforeEach(async () => {
      opened = await defined(started).openPage();
      await openSite(opened.page);
    });
    afterEach(() => opened.page.close());

    test('create a discoverable credential, list it and sign in with it', async () => {
      await using authenticator = await opened.addAuthenticator('usb');
      const { credential, error } = await createInPage(opened.page, discoverable);
      expect(error).toBeUndefined();
      expect(credential?.authenticatorAttachment).toBe('cross-platform');
      const stored = (await authenticator.credentials()).map(({ credentialId, ...rest }) => ({
        id: toBase64url(credentialId),
        ...rest,
      }));
      expect(stored).toEqual([{ id: credential?.id, rpId: 'localhost', discoverable: true }]);
      const assertion = await getInPage(opened.page, { userVerification: 'required' });
      expect(assertion.credential?.id).toBe(credential?.id);
    });

    test('are built into the computer with the transport internal', async () => {
      await using _authenticator = await opened.addAuthenticator('internal');
      const { credential } = await createInPage(opened.page, discoverable);
      expect(credential?.authenticatorAttachment).toBe('platform');
    });

    test('store nothing of one another', async () => {
      {
        await using first = await opened.addAuthenticator('usb');
        await createInPage(opened.page, discoverable);
        expect(await first.credentials()).toHaveLength(1);
      }
      await using second = await opened.addAuthenticator('usb');
      expect(await second.credentials()).toEqual([]);
    });
  });
});
