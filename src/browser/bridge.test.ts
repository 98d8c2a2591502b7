import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContext, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { toBase64url } from '#base/bytes.ts';
import { WebAuthnError, type WebAuthnErrorName } from '#protocol/errors.ts';
import { type Bridge, openBridge } from './bridge.ts';
import type { BridgeSession } from './bridge-session.ts';
import { findBrowser } from './installed-browsers.mjs';
import { launchBrowser } from './launch.ts';
import { answering, credentialId, registration } from './testing/answering-handler.ts';
import type { CeremonyRequest, WebAuthnHandler } from './webauthn-handler.ts';

/** A handler that waits for its signal; `called` resolves with that signal once create() has arrived. */
function neverAnswering(): { handler: WebAuthnHandler; called: Promise<AbortSignal> } {
  let arrived: (signal: AbortSignal) => void;
  const called = new Promise<AbortSignal>((resolve) => {
    arrived = resolve;
  });
  const create = (_: CeremonyRequest, signal: AbortSignal) =>
    new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
      arrived(signal);
    });
  return { handler: { ...answering, create }, called };
}

const installed = findBrowser('chromium');

describe.skipIf(!installed)(`bridge into ${installed?.path ?? 'Chromium: none installed'}`, () => {
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
    const page = context.pages()[0]!;
    await page.goto(originOf(host));
    return { page, session };
  }

  /** Calls create() in the page; a rejection becomes its DOMException's name and message. */
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

  test('create() gives the page a native credential with everything the handler said', async () => {
    const seen: CeremonyRequest[] = [];
    const { page } = await openPage({
      ...answering,
      create: async (request) => {
        seen.push(request);
        return registration(request);
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
        untouched: String(navigator.credentials.create).includes('[native code]'),
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
      untouched: true,
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

  test('get() gives the page a native assertion', async () => {
    const { page } = await openPage(answering);
    const outcome = await page.evaluate(async () => {
      const credential = (await navigator.credentials.get({
        publicKey: { challenge: new Uint8Array(32) },
      })) as PublicKeyCredential & { response: AuthenticatorAssertionResponse };
      return {
        native: credential.response instanceof AuthenticatorAssertionResponse,
        userHandle: [...new Uint8Array(credential.response.userHandle!)],
        flags: new Uint8Array(credential.response.authenticatorData)[32],
      };
    });
    expect(outcome).toEqual({ native: true, userHandle: [1, 2, 3], flags: 5 });
  });

  test.each([true, false])('isUserVerifyingPlatformAuthenticatorAvailable() says %s', async (available) => {
    const { page } = await openPage({
      ...answering,
      isUserVerifyingPlatformAuthenticatorAvailable: async () => available,
    });
    expect(await page.evaluate(() => PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable())).toBe(
      available,
    );
  });

  test('every DOMException name reaches the page with its message', async () => {
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
      ...answering,
      create: async () => {
        throw new WebAuthnError(current, `because ${current}`, { cause: new Error('a reason that pages never see') });
      },
    });
    for (const name of Object.keys(names) as WebAuthnErrorName[]) {
      current = name;
      expect(await create(page)).toEqual({ error: { name, message: `because ${name}`, native: true } });
    }
    expect(session.problems).toEqual([]);
  });

  test('a page that aborts sees AbortError, and the handler is told', async () => {
    const { handler, called } = neverAnswering();
    const { page } = await openPage(handler);
    const name = page.evaluate(async () => {
      const aborter = new AbortController();
      Object.assign(globalThis, { aborter });
      const publicKey = {
        rp: { name: 'RP' },
        user: { id: new Uint8Array([1]), name: 'ada', displayName: 'Ada' },
        challenge: new Uint8Array(32),
        pubKeyCredParams: [{ type: 'public-key' as const, alg: -7 }],
      };
      return navigator.credentials.create({ publicKey, signal: aborter.signal }).catch(({ name }) => name);
    });
    const signal = await called;
    await page.evaluate(() => (globalThis as unknown as { aborter: AbortController }).aborter.abort());
    expect(await name).toBe('AbortError');
    await expect.poll(() => signal.aborted).toBe(true);
    expect(signal.reason).toMatchObject({ name: 'AbortError' });
  });

  test.each([
    ['navigating away', (page: Page) => page.goto('about:blank')],
    ['reloading', (page: Page) => page.reload()],
    ['closing the page', (page: Page) => page.close()],
    ['closing the context', (page: Page) => page.context().close()],
  ])('%s aborts the handler', async (_, leave) => {
    const { handler, called } = neverAnswering();
    const { page } = await openPage(handler);
    const outcome = create(page).catch(() => 'page gone');
    const signal = await called;
    await leave(page);
    await expect.poll(() => signal.aborted).toBe(true);
    expect(await outcome).toBe('page gone');
  });

  test('a page that moves within its document stays the caller', async () => {
    const { handler, called } = neverAnswering();
    const { page } = await openPage(handler);
    const outcome = create(page).catch(() => 'page gone');
    const signal = await called;
    await page.evaluate(() => history.pushState({}, '', '/elsewhere'));
    await page.goto(`${originOf('localhost')}/elsewhere#fragment`);
    expect(signal.aborted).toBe(false);
    await page.close();
    expect(await outcome).toBe('page gone');
  });

  test('closing the session fails what is pending and gives WebAuthn back', async () => {
    const { handler, called } = neverAnswering();
    const { page, session } = await openPage(handler);
    const outcome = create(page);
    await called;
    session.close();
    expect((await outcome).error).toMatchObject({ name: 'UnknownError' });
  });

  test('two contexts side by side each reach their own handler', async () => {
    const names = ['InvalidStateError', 'ConstraintError'] as const;
    const pages = await Promise.all(
      names.map((name) =>
        openPage({
          ...answering,
          create: async () => {
            throw new WebAuthnError(name, name);
          },
        }),
      ),
    );
    const outcomes = await Promise.all(pages.flatMap(({ page }) => [create(page)]));
    expect(outcomes.map((outcome) => outcome.error?.name)).toEqual(names);
  });

  test('an unexpected error in the handler becomes UnknownError and is recorded', async () => {
    const { page, session } = await openPage({
      ...answering,
      create: async () => {
        throw new RangeError('a bug in the handler');
      },
    });
    const outcome = await create(page);
    expect(outcome.error).toMatchObject({ name: 'UnknownError' });
    expect(outcome.error?.message).not.toContain('bug');
    expect(session.problems).toMatchObject([
      { kind: 'handler-failed', ceremony: 'create', error: { name: 'RangeError' } },
    ]);
  });

  test('an answer the browser refuses ends the request and is recorded', async () => {
    const { page, session } = await openPage({ ...answering, create: async () => ({ id: 'not a credential' }) });
    expect((await create(page)).error).toMatchObject({ name: 'UnknownError' });
    expect(session.problems).toMatchObject([{ kind: 'answer-refused', ceremony: 'create' }]);
  });

  test('the origin is the browser’s word, not the page’s', async () => {
    const origins: string[] = [];
    const { page } = await openPage({
      ...answering,
      create: async (request) => {
        origins.push(request.origin);
        return registration(request);
      },
    });
    const lie = { remoteDesktopClientOverride: { origin: 'https://bank.example', sameOriginWithAncestors: true } };
    const outcome = await create(page, { extensions: lie });
    expect(origins.every((origin) => origin === originOf('localhost'))).toBe(true);
    expect(outcome.credential ?? outcome.error).toBeDefined();
    expect((await create(page, { rp: { name: 'Bank', id: 'bank.example' } })).error).toMatchObject({
      name: 'SecurityError',
    });
    expect(origins).not.toContain('https://bank.example');
  });

  test('a cross-origin frame is reported with its own and the top-level origin', async () => {
    const seen: CeremonyRequest[] = [];
    const { page } = await openPage({
      ...answering,
      create: async (request) => {
        seen.push(request);
        return registration(request);
      },
    });
    await page.evaluate((src) => {
      const frame = Object.assign(document.createElement('iframe'), { src, allow: 'publickey-credentials-create *' });
      return new Promise((resolve) => {
        frame.onload = resolve;
        document.body.append(frame);
      });
    }, originOf('sub.localhost'));
    const frame = page.frames().find((candidate) => candidate.url().startsWith(originOf('sub.localhost')))!;
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
