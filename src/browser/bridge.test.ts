import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContext, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { toBase64url } from '#base/bytes.ts';
import { defined } from '#base/testing/defined.ts';
import { WebAuthnError, type WebAuthnErrorName } from '#protocol/errors.ts';
import { type Bridge, openBridge } from './bridge.ts';
import type { BridgeSession } from './bridge-session.ts';
import { findBrowser } from './installed-browsers.mjs';
import { launchBrowser } from './launch.ts';
import { approvingHandler, createRegistration, credentialId } from './testing/approving-handler.ts';
import type { CeremonyRequest, WebAuthnHandler } from './webauthn-handler.ts';

/** A handler that never responds; `called` resolves with the signal of create() when it is called. */
function createPendingHandler(): { handler: WebAuthnHandler; called: Promise<AbortSignal> } {
  let arrived: (signal: AbortSignal) => void;
  const called = new Promise<AbortSignal>((resolve) => {
    arrived = resolve;
  });
  const create = (_: CeremonyRequest, signal: AbortSignal) =>
    new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
      arrived(signal);
    });
  return { handler: { ...approvingHandler, create }, called };
}

const installed = findBrowser('chromium');

describe.skipIf(!installed)(`the bridge in ${installed?.path ?? 'Chromium: none installed'}`, () => {
  let server: Server;
  let browser: Browser;
  let bridge: Bridge;
  let port: number;
  const contexts: BrowserContext[] = [];

  beforeAll(async () => {
    server = createServer((_, response) =>
      response.setHeader('content-type', 'text/html').end('<!doctype html><title>RP</title>'),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
    browser = await launchBrowser();
    bridge = await openBridge(browser);
  }, 60_000);

  afterEach(async () => {
    await Promise.all(contexts.splice(0).map((context) => context.close()));
  });

  afterAll(async () => {
    await bridge?.[Symbol.asyncDispose]();
    await browser?.close();
    await new Promise((resolve) => server.close(resolve));
  });

  const originOf = (host: string) => `http://${host}:${port}`;

  async function openPage(
    handler: WebAuthnHandler,
    host = 'localhost',
  ): Promise<{ page: Page; session: BridgeSession }> {
    const context = await browser.newContext();
    contexts.push(context);
    const session = await bridge.attach(context, handler);
    const page = defined(context.pages()[0]);
    await page.goto(originOf(host));
    return { page, session };
  }

  /** Calls create() in the page. Returns the credential, or the name and message of the DOMException. */
  const create = (page: Page, options: object = {}) =>
    page.evaluate(async (options) => {
      const publicKey = {
        rp: { name: 'RP' },
        user: { id: new Uint8Array([1]), name: 'ada', displayName: 'Ada' },
        challenge: new Uint8Array(32),
        pubKeyCredParams: [{ type: 'public-key' as const, alg: -7 }],
        ...options,
      };
      try {
        return { credential: ((await navigator.credentials.create({ publicKey })) as PublicKeyCredential).toJSON() };
      } catch (error) {
        const { name, message } = error as DOMException;
        return { error: { name, message, native: error instanceof DOMException } };
      }
    }, options);

  test('returns the handler’s registration to the page as a native credential', async () => {
    const seen: CeremonyRequest[] = [];
    const { page } = await openPage({
      ...approvingHandler,
      create: async (request) => {
        seen.push(request);
        return createRegistration(request);
      },
    });
    const outcome = await page.evaluate(async () => {
      const credential = (await navigator.credentials.create({
        publicKey: {
          rp: { name: 'RP' },
          user: { id: new Uint8Array([1]), name: 'ada', displayName: 'Ada' },
          challenge: new Uint8Array(32),
          pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
          attestation: 'direct',
          extensions: { credProps: true },
        },
      })) as PublicKeyCredential & { response: AuthenticatorAttestationResponse };
      return {
        native:
          credential instanceof PublicKeyCredential && credential.response instanceof AuthenticatorAttestationResponse,
        isNativeFunction: String(navigator.credentials.create).includes('[native code]'),
        id: credential.id,
        attachment: credential.authenticatorAttachment,
        transports: credential.response.getTransports(),
        algorithm: credential.response.getPublicKeyAlgorithm(),
        publicKeyBytes: credential.response.getPublicKey()?.byteLength,
        extensions: credential.getClientExtensionResults(),
        aaguid: [...new Uint8Array(credential.response.getAuthenticatorData()).subarray(37, 53)],
        json: credential.toJSON().type,
      };
    });
    expect(outcome).toEqual({
      native: true,
      isNativeFunction: true,
      id: toBase64url(credentialId),
      attachment: 'cross-platform',
      transports: ['nfc', 'usb'],
      algorithm: -7,
      publicKeyBytes: 91,
      extensions: { credProps: { rk: true } },
      aaguid: Array(16).fill(1),
      json: 'public-key',
    });
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({
      origin: originOf('localhost'),
      crossOrigin: false,
      publicKey: { rp: { id: 'localhost' }, attestation: 'direct', extensions: { credProps: true } },
    });
    expect(JSON.stringify(seen[0])).not.toContain('remoteDesktopClientOverride');
  });

  test('returns the handler’s assertion to the page as a native credential', async () => {
    const { page } = await openPage(approvingHandler);
    const outcome = await page.evaluate(async () => {
      const credential = (await navigator.credentials.get({
        publicKey: { challenge: new Uint8Array(32) },
      })) as PublicKeyCredential & { response: AuthenticatorAssertionResponse };
      return {
        native: credential.response instanceof AuthenticatorAssertionResponse,
        userHandle: [...new Uint8Array(credential.response.userHandle ?? new ArrayBuffer(0))],
        flags: new Uint8Array(credential.response.authenticatorData)[32],
      };
    });
    expect(outcome).toEqual({ native: true, userHandle: [1, 2, 3], flags: 5 });
  });

  test.each([true, false])(
    'isUserVerifyingPlatformAuthenticatorAvailable() returns the handler’s answer: %s',
    async (available) => {
      const { page } = await openPage({
        ...approvingHandler,
        isUserVerifyingPlatformAuthenticatorAvailable: async () => available,
      });
      expect(await page.evaluate(() => PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable())).toBe(
        available,
      );
    },
  );

  test('passes every DOMException name and its message to the page', async () => {
    const names = {
      AbortError: 1,
      ConstraintError: 1,
      InvalidStateError: 1,
      NotAllowedError: 1,
      NotSupportedError: 1,
      OperationError: 1,
      SecurityError: 1,
      SyntaxError: 1,
      TypeError: 1,
      UnknownError: 1,
    } satisfies Record<WebAuthnErrorName, 1>;
    let current: WebAuthnErrorName = 'AbortError';
    const { page, session } = await openPage({
      ...approvingHandler,
      create: async () => {
        throw new WebAuthnError(current, `because ${current}`, {
          cause: new Error('A cause that the page must not see'),
        });
      },
    });
    for (const name of Object.keys(names) as WebAuthnErrorName[]) {
      current = name;
      expect(await create(page)).toEqual({ error: { name, message: `because ${name}`, native: true } });
    }
    expect(session.problems).toEqual([]);
  });

  test('aborts the handler when the page aborts, and the page gets AbortError', async () => {
    const { handler, called } = createPendingHandler();
    const { page } = await openPage(handler);
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
    const { page } = await openPage(handler);
    const outcome = create(page).catch(() => 'page gone');
    const signal = await called;
    await leave(page);
    await expect.poll(() => signal.aborted).toBe(true);
    expect(await outcome).toBe('page gone');
  });

  test('keeps the request while the page navigates within its document', async () => {
    const { handler, called } = createPendingHandler();
    const { page } = await openPage(handler);
    const outcome = create(page).catch(() => 'page gone');
    const signal = await called;
    await page.evaluate(() => history.pushState({}, '', '/elsewhere'));
    await page.goto(`${originOf('localhost')}/elsewhere#fragment`);
    expect(signal.aborted).toBe(false);
    await page.close();
    expect(await outcome).toBe('page gone');
  });

  test('close() fails pending requests', async () => {
    const { handler, called } = createPendingHandler();
    const { page, session } = await openPage(handler);
    const outcome = create(page);
    await called;
    session.close();
    expect((await outcome).error).toMatchObject({ name: 'UnknownError' });
  });

  test('sends the requests of each context to its own handler', async () => {
    const names = ['InvalidStateError', 'ConstraintError'] as const;
    const pages = await Promise.all(
      names.map((name) =>
        openPage({
          ...approvingHandler,
          create: async () => {
            throw new WebAuthnError(name, name);
          },
        }),
      ),
    );
    const outcomes = await Promise.all(pages.flatMap(({ page }) => [create(page)]));
    expect(outcomes.map((outcome) => outcome.error?.name)).toEqual(names);
  });

  test('reports an unexpected error of the handler as UnknownError and records it', async () => {
    const { page, session } = await openPage({
      ...approvingHandler,
      create: async () => {
        throw new RangeError('A bug in the handler');
      },
    });
    const outcome = await create(page);
    expect(outcome.error).toMatchObject({ name: 'UnknownError' });
    expect(outcome.error?.message).not.toContain('bug');
    expect(session.problems).toMatchObject([
      { kind: 'handler-failed', ceremony: 'create', error: { name: 'RangeError' } },
    ]);
  });

  test('ends the request and records a problem when the browser refuses the result', async () => {
    const { page, session } = await openPage({ ...approvingHandler, create: async () => ({ id: 'not a credential' }) });
    expect((await create(page)).error).toMatchObject({ name: 'UnknownError' });
    expect(session.problems).toMatchObject([{ kind: 'answer-refused', ceremony: 'create' }]);
  });

  test('takes the origin from the browser, even if the page sends another one', async () => {
    const origins: string[] = [];
    const { page } = await openPage({
      ...approvingHandler,
      create: async (request) => {
        origins.push(request.origin);
        return createRegistration(request);
      },
    });
    const forged = { remoteDesktopClientOverride: { origin: 'https://bank.example', sameOriginWithAncestors: true } };
    const outcome = await create(page, { extensions: forged });
    expect(origins.every((origin) => origin === originOf('localhost'))).toBe(true);
    expect(outcome.credential ?? outcome.error).toBeDefined();
    expect((await create(page, { rp: { name: 'Bank', id: 'bank.example' } })).error).toMatchObject({
      name: 'SecurityError',
    });
    expect(origins).not.toContain('https://bank.example');
  });

  test('passes the origin of a cross-origin frame and the top-level origin', async () => {
    const seen: CeremonyRequest[] = [];
    const { page } = await openPage({
      ...approvingHandler,
      create: async (request) => {
        seen.push(request);
        return createRegistration(request);
      },
    });
    await page.evaluate((src) => {
      const frame = Object.assign(document.createElement('iframe'), { src, allow: 'publickey-credentials-create *' });
      return new Promise((resolve) => {
        frame.onload = resolve;
        document.body.append(frame);
      });
    }, originOf('sub.localhost'));
    const frame = defined(page.frames().find((candidate) => candidate.url().startsWith(originOf('sub.localhost'))));
    await frame.evaluate(() =>
      navigator.credentials
        .create({
          publicKey: {
            rp: { name: 'RP' },
            user: { id: new Uint8Array([1]), name: 'ada', displayName: 'Ada' },
            challenge: new Uint8Array(32),
            pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
          },
        })
        .then(() => undefined),
    );
    expect(seen).toMatchObject([
      { origin: originOf('sub.localhost'), topOrigin: originOf('localhost'), crossOrigin: true },
    ]);
  });
});
