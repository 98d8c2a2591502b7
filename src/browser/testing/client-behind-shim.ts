/** The real client and emulated authenticators behind the shim: what a page gets from the whole chain. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { fromBase64url, utf8 } from '#base/bytes.ts';
import { defined } from '#base/testing/defined.ts';
import { getClientCapabilities } from '#client/client-capabilities.ts';
import type { AvailableAuthenticator, ClientContext } from '#client/context.ts';
import { create } from '#client/create.ts';
import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '#client/credential-options.ts';
import { get } from '#client/get.ts';
import { RecentAuthentications } from '#client/recent-authentications.ts';
import {
  asCredentialManager,
  asSecurityKey,
  createEmulatedKey,
  createTestClient,
} from '#client/testing/test-client.ts';
import type { AutofillPrompt, UserInteraction } from '#client/user-interaction.ts';
import { flag, parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import type { BrowserEngine } from '../bridge.ts';
import { findBrowser } from '../installed-browsers.mjs';
import { createInPage, eventually, getInPage, type Outcome, startTestBridge, type TestBridge } from './test-bridge.ts';

const pin = '1234';
const conditional = { mediation: 'conditional' };
const never = () => new Promise<never>(() => undefined);
const discoverable = { authenticatorSelection: { residentKey: 'required', userVerification: 'required' } };
const userNamed = (name: string, id: number) => ({
  user: { id: new Uint8Array([id]), name, displayName: name },
  ...discoverable,
});

/** Registers the tests; they are skipped where the browser is not installed. */
export function describeClientBehindShim(engine: BrowserEngine): void {
  const installed = findBrowser(engine);
  describe.skipIf(!installed)(`the client behind the shim (${installed?.path ?? `no ${engine} is installed`})`, () => {
    let bridge: TestBridge;
    beforeAll(async () => {
      bridge = await startTestBridge({ engine, route: 'shim' });
    }, 60_000);
    afterEach(() => bridge.reset());
    afterAll(() => bridge?.[Symbol.asyncDispose]());

    /** Opens a page behind which is a client with these authenticators. */
    async function openClient(
      authenticators: AvailableAuthenticator[],
      { user = {}, host }: { user?: Partial<UserInteraction>; host?: string } = {},
      more: Partial<ClientContext> = {},
    ) {
      const client = createTestClient(authenticators, { pin }, user);
      const recentAuthentications = new RecentAuthentications(client.context.clock);
      const context = { ...client.context, recentAuthentications, ...more };
      const opened = await bridge.openPage(
        {
          create: ({ publicKey, ...caller }, signal) =>
            create(publicKey as PublicKeyCredentialCreationOptionsJSON, { ...context, ...caller, signal }),
          get: ({ publicKey, ...caller }, signal) =>
            get(publicKey as PublicKeyCredentialRequestOptionsJSON, { ...context, ...caller, signal }),
          getClientCapabilities: () => getClientCapabilities(context),
          isUserVerifyingPlatformAuthenticatorAvailable: async () => false,
        },
        host,
      );
      return { ...opened, ...client };
    }
    const openKey = () => openClient([asSecurityKey(createEmulatedKey({ pin }).device)]);

    /** Opens a page on a machine whose credential manager has a passkey for each name. */
    async function openManager(names: string[], user: Partial<UserInteraction> = {}) {
      const manager = createEmulatedKey({ persona: 'apple-passwords' });
      const opened = await openClient([asCredentialManager(manager)], { user });
      for (const [index, name] of names.entries())
        expect((await createInPage(opened.page, userNamed(name, index))).error).toBeUndefined();
      return { ...opened, manager };
    }

    test('registers a security key with its PIN and signs in', async () => {
      const { page, asked, session } = await openKey();
      const created = await createInPage(page, { ...userNamed('ada', 7), attestation: 'direct' });
      expect(flagsOf(created) & (flag.UP | flag.UV)).toBe(flag.UP | flag.UV);
      const signedIn = await getInPage(page, { userVerification: 'required' });
      expect(signedIn.credential).toMatchObject({ id: created.credential?.id, response: { userHandle: 'Bw' } });
      expect(asked).toContainEqual(expect.stringMatching(/^pin enter/));
      expect(session.problems).toEqual([]);
    });

    test('an excluded credential is an InvalidStateError', async () => {
      const { page } = await openKey();
      const { credential } = await createInPage(page);
      const id = new Uint8Array(fromBase64url(String(credential?.id)));
      const { error } = await createInPage(page, { excludeCredentials: [{ type: 'public-key', id }] });
      expect(error).toMatchObject({ name: 'InvalidStateError', isDomException: true });
    });

    test('a request that stays unanswered ends with the timeout of the client', async () => {
      const { page, context } = await openClient([], { user: { connectKey: never } });
      const outcome = createInPage(page, { timeout: 300_000 });
      const isPending = Promise.race([outcome, new Promise((resolve) => setImmediate(resolve, 'pending'))]);
      expect(await isPending).toBe('pending');
      await eventually(() => {
        context.clock.advance(400_000);
        return Promise.race([outcome, 'pending']);
      }).toMatchObject({ error: { name: 'NotAllowedError' } });
    });

    test('an RP ID that is a public suffix, and one of another site, are SecurityErrors', async () => {
      const { page } = await openClient([], { host: 'app.localhost' });
      for (const id of ['localhost', 'bank.example'])
        expect((await createInPage(page, { rp: { name: 'RP', id } })).error?.name).toBe('SecurityError');
    });

    test('a related origin uses the RP ID of the site that lists it, and the page learns of the capability', async () => {
      const key = asSecurityKey(createEmulatedKey({ pin }).device);
      const body = utf8(JSON.stringify({ origins: [bridge.originOf('app.localhost')] }));
      const relatedOrigins = {
        fetchWellKnown: async () => ({ status: 200, contentType: 'application/json', body }),
      };
      const { page } = await openClient([key], { host: 'app.localhost' }, { relatedOrigins });
      expect((await createInPage(page, { rp: { name: 'RP', id: 'shop.example' } })).credential).toBeDefined();
      const capabilities = await page.evaluate(() => PublicKeyCredential.getClientCapabilities());
      expect(capabilities).toMatchObject({ relatedOrigins: true, conditionalGet: true });
    });

    test('PRF results are equal for equal inputs', async () => {
      const { page } = await openKey();
      await createInPage(page, { ...userNamed('ada', 1), extensions: { prf: {} } });
      const extensions = { prf: { eval: { first: new Uint8Array(32) } } };
      const results = [await getInPage(page, { extensions }), await getInPage(page, { extensions })].map(
        ({ credential }) => JSON.stringify(credential?.clientExtensionResults),
      );
      expect(results[0]).toMatch(/"first":"[\w-]{43}"/);
      expect(results[1]).toBe(results[0]);
    });

    test('conditional get() signs in with the account that the user picks', async () => {
      const { page, asked } = await openManager(['alice', 'bob'], { chooseAutofillAccount: pick('bob') });
      const { credential } = await getInPage(page, {}, conditional);
      expect(credential).toMatchObject({ authenticatorAttachment: 'platform', response: { userHandle: 'AQ' } });
      expect(asked).toContain('autofill alice,bob');
    });

    test('conditional get() waits while the user chooses nothing, and ends when the page is left', async () => {
      const { page, asked, session } = await openManager(['alice'], { chooseAutofillAccount: never });
      const outcome = getInPage(page, {}, conditional).catch(() => 'page gone');
      await eventually(() => asked).toContain('autofill alice');
      await page.reload();
      expect(await outcome).toBe('page gone');
      expect(session.problems).toEqual([]);
    });

    test('conditional create() needs a sign-in before, and no dialog', async () => {
      const { page, asked, manager } = await openManager(['alice']);
      const upgrade = userNamed('upgraded', 9);
      expect((await createInPage(page, upgrade, conditional)).error?.name).toBe('NotAllowedError');
      expect((await getInPage(page)).credential).toBeDefined();
      asked.length = 0;
      expect((await createInPage(page, upgrade, conditional)).error).toBeUndefined();
      expect(asked).toEqual(['consent upgraded']);
      expect(manager.authenticator.inspect().credentials).toHaveLength(2);
    });
  });
}

const pick = (name: string) => async (prompt: AutofillPrompt) =>
  defined(prompt.accounts.find((account) => account.name === name)).credentialId;

function flagsOf({ credential }: Outcome): number {
  const { response } = credential as { response: { authenticatorData: string } };
  return parseAuthenticatorData(fromBase64url(response.authenticatorData)).flags;
}
