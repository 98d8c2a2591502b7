/** Contract of the bridge: how the options of the page reach the handler, and which options the page is refused. */
import { describe, expect, test } from 'vitest';
import { approvingHandler, recordingHandler } from '../approving-handler.ts';
import type { ContractParts } from '../bridge-contract.ts';
import { createInPage, eventually, getInPage } from '../test-bridge.ts';

/** What is malformed, members of `publicKey`, and members beside it. */
const malformedOptions: [string, object, object?][] = [
  ['challenge is missing', { challenge: undefined }],
  ['rp.name is missing', { rp: {} }],
  ['user.displayName is missing', { user: { id: new Uint8Array(1), name: 'ada' } }],
  ['pubKeyCredParams is no sequence', { pubKeyCredParams: 5 }],
  ['user.id is text', { user: { id: 'AQID', name: 'ada', displayName: 'Ada' } }],
  ['excludeCredentials has an entry without id', { excludeCredentials: [{ type: 'public-key' }] }],
  ['extensions is a string', { extensions: 'prf' }],
  ['mediation is unknown', {}, { mediation: 'sometimes' }],
  ['signal is no AbortSignal', {}, { signal: {} }],
];

export function testOptions({ bridge, fillsInRpId, minTimeoutMs, dropsUnknownTransports }: ContractParts) {
  describe('options', () => {
    test('create() passes every member, with buffers and views as base64url', async () => {
      const { handler, requests } = recordingHandler();
      const { page } = await bridge().openPage(handler);
      expect(await page.evaluate(createWithEveryMember)).toBe('public-key');
      const transports = dropsUnknownTransports ? ['usb'] : ['usb', 'future'];
      expect(requests).toMatchObject([
        {
          origin: bridge().originOf('localhost'),
          crossOrigin: false,
          publicKey: {
            rp: { name: 'RP', id: 'localhost' },
            user: { id: 'AQID', name: 'ada', displayName: 'Ada' },
            challenge: 'AgM',
            pubKeyCredParams: [
              { type: 'public-key', alg: -8 },
              { type: 'public-key', alg: -257 },
            ],
            timeout: 240_000,
            excludeCredentials: [{ type: 'public-key', id: '_w', transports }],
            authenticatorSelection: {
              authenticatorAttachment: 'cross-platform',
              residentKey: 'required',
              userVerification: 'discouraged',
            },
            hints: ['security-key'],
            attestation: 'enterprise',
            extensions: { credProps: true, minPinLength: true, prf: { eval: { first: 'AAAA' } } },
          },
        },
      ]);
      expect(requests[0]?.topOrigin).toBeUndefined();
      expect(JSON.stringify(requests)).not.toContain('remoteDesktopClientOverride');
    });

    test('get() passes every member, with buffers and views as base64url', async () => {
      const { handler, requests } = recordingHandler();
      const { page } = await bridge().openPage(handler);
      const allowCredentials = [{ type: 'public-key', id: new Uint8Array([255]), transports: ['nfc'] }];
      const options = { rpId: 'localhost', userVerification: 'required', allowCredentials, hints: ['hybrid'] };
      expect((await getInPage(page, options)).credential).toBeDefined();
      expect(requests).toMatchObject([
        {
          publicKey: {
            challenge: 'A'.repeat(43),
            rpId: 'localhost',
            userVerification: 'required',
            allowCredentials: [{ type: 'public-key', id: '_w', transports: ['nfc'] }],
            hints: ['hybrid'],
          },
        },
      ]);
    });

    test('members that the page leaves out get their defaults', async () => {
      const { handler, requests } = recordingHandler();
      const { page } = await bridge().openPage(handler);
      await createInPage(page, { timeout: 1000 });
      await getInPage(page);
      expect(requests.map(({ publicKey }) => publicKey)).toMatchObject([
        { attestation: 'none', excludeCredentials: [], timeout: minTimeoutMs ?? 1000 },
        { userVerification: 'preferred', allowCredentials: [] },
      ]);
      const [creation, request] = requests.map(({ publicKey }) => publicKey as { rp?: { id?: string }; rpId?: string });
      const expected = fillsInRpId ? 'localhost' : undefined;
      expect([creation?.rp?.id, request?.rpId]).toEqual([expected, expected]);
    });

    test('create() rejects malformed options with a TypeError', async () => {
      const { handler, requests } = recordingHandler();
      const { page } = await bridge().openPage(handler);
      const accepted: string[] = [];
      for (const [title, options, more] of malformedOptions) {
        const { error } = await createInPage(page, options, more);
        if (error?.name !== 'TypeError' || error.isDomException) accepted.push(title);
      }
      expect(accepted).toEqual([]);
      expect(requests).toEqual([]);
    });

    test('requests without public key credentials never reach the handler', async () => {
      const { handler, requests } = recordingHandler();
      const { page } = await bridge().openPage(handler);
      const names = await page.evaluate(() =>
        Promise.all(
          [navigator.credentials.create({}), navigator.credentials.get({}), navigator.credentials.create()].map(
            (result) => result.then(String, (error: Error) => error.name),
          ),
        ),
      );
      expect(names).toEqual(Array(3).fill('NotSupportedError'));
      expect(requests).toEqual([]);
    });

    test('the origin is the browser’s, whatever the page pretends', async () => {
      const { handler, requests } = recordingHandler();
      const { page } = await bridge().openPage(handler);
      await page.evaluate(() => {
        const forged = { value: 'https://bank.example', configurable: true };
        Object.defineProperty(globalThis, 'origin', forged);
      });
      const forged = { origin: 'https://bank.example', sameOriginWithAncestors: true };
      await createInPage(page, { extensions: { remoteDesktopClientOverride: forged } });
      expect(requests.map(({ origin }) => origin)).toEqual([bridge().originOf('localhost')]);
    });

    test('the handler is called from the first script of a document on', async () => {
      const { handler, requests } = recordingHandler();
      const { page } = await bridge().openPage(handler);
      const script = 'navigator.credentials.get({ publicKey: { challenge: new Uint8Array(1) } })';
      await page.goto(`${bridge().originOf('sub.localhost')}/?script=${encodeURIComponent(script)}`);
      await eventually(() => requests).toMatchObject([{ origin: bridge().originOf('sub.localhost') }]);
    });

    test('a document that is no secure context has no WebAuthn', async () => {
      const { page } = await bridge().openPage(approvingHandler);
      await page.route('http://insecure.example/', (route) =>
        route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }),
      );
      await page.goto('http://insecure.example/');
      expect(await page.evaluate(() => [isSecureContext, 'PublicKeyCredential' in globalThis])).toEqual([false, false]);
    });
  });
}

/** Runs in the page. */
async function createWithEveryMember() {
  const credential = await navigator.credentials.create({
    publicKey: {
      rp: { name: 'RP', id: 'localhost' },
      user: { id: new Uint8Array([1, 2, 3]).buffer, name: 'ada', displayName: 'Ada' },
      challenge: new DataView(new Uint8Array([1, 2, 3]).buffer, 1),
      pubKeyCredParams: [
        { type: 'public-key', alg: -8 },
        { type: 'public-key', alg: -257 },
      ],
      timeout: 240_000,
      excludeCredentials: [
        { type: 'public-key', id: new Uint8Array([255]), transports: ['usb', 'future' as AuthenticatorTransport] },
      ],
      authenticatorSelection: {
        authenticatorAttachment: 'cross-platform',
        residentKey: 'required',
        userVerification: 'discouraged',
      },
      hints: ['security-key'],
      attestation: 'enterprise',
      extensions: { credProps: true, minPinLength: true, prf: { eval: { first: new Uint8Array(3) } } },
    } as PublicKeyCredentialCreationOptions,
  });
  return credential?.type;
}
