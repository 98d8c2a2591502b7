/** What passes through the bridge: results, errors and origins. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { toBase64url } from '#base/bytes.ts';
import { defined } from '#base/testing/defined.ts';
import { WebAuthnError, type WebAuthnErrorName } from '#protocol/errors.ts';
import { findBrowser } from './installed-browsers.mjs';
import { approvingHandler, createRegistration, credentialId } from './testing/approving-handler.ts';
import { createInPage, startTestBridge, type TestBridge } from './testing/test-bridge.ts';
import type { CeremonyRequest } from './webauthn-handler.ts';

const installed = findBrowser('chromium');

describe.skipIf(!installed)(`the bridge in ${installed?.path ?? 'Chromium: none installed'}`, () => {
  let bridge: TestBridge;
  beforeAll(async () => {
    bridge = await startTestBridge();
  }, 60_000);
  afterEach(() => bridge.closeContexts());
  afterAll(() => bridge?.[Symbol.asyncDispose]());

  test('returns the handler’s registration to the page as a native credential', async () => {
    const seen: CeremonyRequest[] = [];
    const { page } = await bridge.openPage({
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
      origin: bridge.originOf('localhost'),
      crossOrigin: false,
      publicKey: { rp: { id: 'localhost' }, attestation: 'direct', extensions: { credProps: true } },
    });
    expect(JSON.stringify(seen[0])).not.toContain('remoteDesktopClientOverride');
  });

  test('returns the handler’s assertion to the page as a native credential', async () => {
    const { page } = await bridge.openPage(approvingHandler);
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
      const { page } = await bridge.openPage({
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
    const { page, session } = await bridge.openPage({
      ...approvingHandler,
      create: async () => {
        throw new WebAuthnError(current, `because ${current}`, {
          cause: new Error('A cause that the page must not see'),
        });
      },
    });
    for (const name of Object.keys(names) as WebAuthnErrorName[]) {
      current = name;
      expect(await createInPage(page)).toEqual({ error: { name, message: `because ${name}`, native: true } });
    }
    expect(session.problems).toEqual([]);
  });

  test('sends the requests of each context to its own handler', async () => {
    const names = ['InvalidStateError', 'ConstraintError'] as const;
    const pages = await Promise.all(
      names.map((name) =>
        bridge.openPage({
          ...approvingHandler,
          create: async () => {
            throw new WebAuthnError(name, name);
          },
        }),
      ),
    );
    const outcomes = await Promise.all(pages.flatMap(({ page }) => [createInPage(page)]));
    expect(outcomes.map((outcome) => outcome.error?.name)).toEqual(names);
  });

  test('reports an unexpected error of the handler as UnknownError and records it', async () => {
    const { page, session } = await bridge.openPage({
      ...approvingHandler,
      create: async () => {
        throw new RangeError('A bug in the handler');
      },
    });
    const outcome = await createInPage(page);
    expect(outcome.error).toMatchObject({ name: 'UnknownError' });
    expect(outcome.error?.message).not.toContain('bug');
    expect(session.problems).toMatchObject([
      { kind: 'handler-failed', ceremony: 'create', error: { name: 'RangeError' } },
    ]);
  });

  test('ends the request and records a problem when the browser refuses the result', async () => {
    const { page, session } = await bridge.openPage({
      ...approvingHandler,
      create: async () => ({ id: 'not a credential' }),
    });
    expect((await createInPage(page)).error).toMatchObject({ name: 'UnknownError' });
    expect(session.problems).toMatchObject([{ kind: 'answer-refused', ceremony: 'create' }]);
  });

  test('takes the origin from the browser, even if the page sends another one', async () => {
    const origins: string[] = [];
    const { page } = await bridge.openPage({
      ...approvingHandler,
      create: async (request) => {
        origins.push(request.origin);
        return createRegistration(request);
      },
    });
    const forged = { remoteDesktopClientOverride: { origin: 'https://bank.example', sameOriginWithAncestors: true } };
    const outcome = await createInPage(page, { extensions: forged });
    expect(origins.every((origin) => origin === bridge.originOf('localhost'))).toBe(true);
    expect(outcome.credential ?? outcome.error).toBeDefined();
    expect((await createInPage(page, { rp: { name: 'Bank', id: 'bank.example' } })).error).toMatchObject({
      name: 'SecurityError',
    });
    expect(origins).not.toContain('https://bank.example');
  });

  test('passes the origin of a cross-origin frame and the top-level origin', async () => {
    const seen: CeremonyRequest[] = [];
    const { page } = await bridge.openPage({
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
    }, bridge.originOf('sub.localhost'));
    const frame = defined(
      page.frames().find((candidate) => candidate.url().startsWith(bridge.originOf('sub.localhost'))),
    );
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
      { origin: bridge.originOf('sub.localhost'), topOrigin: bridge.originOf('localhost'), crossOrigin: true },
    ]);
  });
});
