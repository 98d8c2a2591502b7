/** Contract of the bridge: the static methods of PublicKeyCredential. */
import { describe, expect, test } from 'vitest';
import { systemClock } from '#base/clock.ts';
import { resolveRelyingPartyId } from '#client/relying-party-id.ts';
import type { CredentialSignal } from '#client/signals.ts';
import type { CallingFrame, WebAuthnHandler } from '../../webauthn-handler.ts';
import { approvingHandler } from '../approving-handler.ts';
import type { ContractParts } from '../bridge-contract.ts';

export function testStaticMethods({ bridge, hasConditionalMediation }: ContractParts) {
  describe('static methods', () => {
    test.each([true, false])(
      'isUserVerifyingPlatformAuthenticatorAvailable() is the handler’s: %s',
      async (available) => {
        const { page } = await bridge().openPage({
          ...approvingHandler,
          isUserVerifyingPlatformAuthenticatorAvailable: async () => available,
        });
        const answer = page.evaluate(() => PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable());
        expect(await answer).toBe(available);
      },
    );

    test('parseCreationOptionsFromJSON() returns options for create()', async () => {
      const { page } = await bridge().openPage(approvingHandler);
      expect(await page.evaluate(parseCreation)).toEqual({
        challenge: [1, 2, 3],
        userId: [4],
        excluded: [5],
        name: 'RP',
        first: [6],
        registered: 'public-key',
        invalid: ['EncodingError', true],
        incomplete: ['TypeError', false],
      });
    });

    test('parseRequestOptionsFromJSON() returns options for get()', async () => {
      const { page } = await bridge().openPage(approvingHandler);
      expect(await page.evaluate(parseRequest)).toEqual({ challenge: [1, 2, 3], allowed: [5], signedIn: 'public-key' });
    });
  });

  describe.runIf(hasConditionalMediation)('static methods that ask the handler', () => {
    test('getClientCapabilities() has the defaults without a handler’s own', async () => {
      const { page } = await bridge().openPage(approvingHandler);
      const capabilities = await page.evaluate(() => PublicKeyCredential.getClientCapabilities());
      expect(Object.entries(capabilities)).toEqual([
        ['conditionalCreate', false],
        ['conditionalGet', false],
        ['hybridTransport', false],
        ['passkeyPlatformAuthenticator', true],
        ['relatedOrigins', false],
        ['signalAllAcceptedCredentials', false],
        ['signalCurrentUserDetails', false],
        ['signalUnknownCredential', false],
        ['userVerifyingPlatformAuthenticator', true],
      ]);
      expect(await page.evaluate(() => PublicKeyCredential.isConditionalMediationAvailable())).toBe(false);
    });

    test('getClientCapabilities() and isConditionalMediationAvailable() are the handler’s', async () => {
      const { page } = await bridge().openPage({
        ...approvingHandler,
        getClientCapabilities: async () => ({ conditionalGet: true, 'extension:prf': true }),
        receiveSignal: async () => undefined,
      });
      expect(await page.evaluate(() => PublicKeyCredential.getClientCapabilities())).toMatchObject({
        conditionalCreate: false,
        conditionalGet: true,
        'extension:prf': true,
        signalUnknownCredential: true,
      });
      expect(await page.evaluate(() => PublicKeyCredential.isConditionalMediationAvailable())).toBe(true);
    });

    test('the signal methods report to the handler', async () => {
      const { handler, signals } = signalHandler();
      const { page } = await bridge().openPage(handler);
      expect(await page.evaluate(callSignals)).toEqual([undefined, undefined, undefined]);
      const caller = { origin: bridge().originOf('localhost'), crossOrigin: false };
      expect(signals).toEqual([
        [{ method: 'signalUnknownCredential', rpId: 'localhost', credentialId: 'AQID' }, caller],
        [
          {
            method: 'signalAllAcceptedCredentials',
            rpId: 'localhost',
            userId: 'BA',
            allAcceptedCredentialIds: ['AQID', 'BQ'],
          },
          caller,
        ],
        [
          { method: 'signalCurrentUserDetails', rpId: 'localhost', userId: 'BA', name: 'ada', displayName: 'Ada L' },
          caller,
        ],
      ]);
    });

    test('the signal methods reject malformed ids and members, and RP IDs of other sites', async () => {
      const { handler, signals } = signalHandler();
      const { page, session } = await bridge().openPage(handler);
      expect(await page.evaluate(callSignalsWrongly)).toEqual(['TypeError', 'TypeError', 'TypeError', 'SecurityError']);
      expect(signals).toEqual([]);
      expect(session.problems).toEqual([]);
    });
  });
}

/** Returns a handler that records signals, as a client does that checks the RP ID. */
function signalHandler(): { handler: WebAuthnHandler; signals: [CredentialSignal, CallingFrame][] } {
  const signals: [CredentialSignal, CallingFrame][] = [];
  const handler: WebAuthnHandler = {
    ...approvingHandler,
    async receiveSignal(signal, caller) {
      await resolveRelyingPartyId({ origin: caller.origin, clock: systemClock }, signal.rpId);
      signals.push([signal, caller]);
    },
  };
  return { handler, signals };
}

/** Runs in the page. */
async function parseCreation() {
  const bytes = (buffer: unknown) => [...new Uint8Array(buffer as ArrayBuffer)];
  const json = {
    rp: { name: 'RP' },
    user: { id: 'BA', name: 'ada', displayName: 'Ada' },
    challenge: 'AQID',
    pubKeyCredParams: [{ type: 'public-key' as const, alg: -7 }],
    excludeCredentials: [{ type: 'public-key' as const, id: 'BQ' }],
    extensions: { prf: { eval: { first: 'Bg' } } },
  };
  const nameOf = (work: () => unknown) => {
    try {
      return [work()];
    } catch (error) {
      return [(error as Error).name, error instanceof DOMException];
    }
  };
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(json);
  const withoutUser = { ...json, user: undefined } as unknown as PublicKeyCredentialCreationOptionsJSON;
  return {
    challenge: bytes(publicKey.challenge),
    userId: bytes(publicKey.user.id),
    excluded: bytes(publicKey.excludeCredentials?.[0]?.id),
    name: publicKey.rp.name,
    first: bytes(publicKey.extensions?.prf?.eval?.first),
    registered: (await navigator.credentials.create({ publicKey }))?.type,
    invalid: nameOf(() => PublicKeyCredential.parseCreationOptionsFromJSON({ ...json, challenge: '!' })),
    incomplete: nameOf(() => PublicKeyCredential.parseCreationOptionsFromJSON(withoutUser)),
  };
}

/** Runs in the page. */
async function parseRequest() {
  const bytes = (buffer: unknown) => [...new Uint8Array(buffer as ArrayBuffer)];
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON({
    challenge: 'AQID',
    allowCredentials: [{ type: 'public-key', id: 'BQ' }],
  });
  return {
    challenge: bytes(publicKey.challenge),
    allowed: bytes(publicKey.allowCredentials?.[0]?.id),
    signedIn: (await navigator.credentials.get({ publicKey }))?.type,
  };
}

/** Runs in the page. */
async function callSignals() {
  const { signalUnknownCredential, signalAllAcceptedCredentials, signalCurrentUserDetails } =
    PublicKeyCredential as unknown as Record<string, (options: object) => Promise<undefined>>;
  const user = { rpId: 'localhost', userId: 'BA' };
  return [
    await signalUnknownCredential?.({ rpId: 'localhost', credentialId: 'AQID' }),
    await signalAllAcceptedCredentials?.({ ...user, allAcceptedCredentialIds: ['AQID', 'BQ'] }),
    await signalCurrentUserDetails?.({ ...user, name: 'ada', displayName: 'Ada L' }),
  ];
}

/** Runs in the page. */
async function callSignalsWrongly() {
  const { signalUnknownCredential, signalAllAcceptedCredentials } = PublicKeyCredential as unknown as Record<
    string,
    (options: object) => Promise<undefined>
  >;
  const names: string[] = [];
  for (const call of [
    signalUnknownCredential?.({ rpId: 'localhost', credentialId: '!!' }),
    signalUnknownCredential?.({ rpId: 'localhost' }),
    signalAllAcceptedCredentials?.({ rpId: 'localhost', userId: 'BA', allAcceptedCredentialIds: ['AQID', '!'] }),
    signalUnknownCredential?.({ rpId: 'bank.example', credentialId: 'AQID' }),
  ])
    names.push(await (call as Promise<unknown>).then(String, (error) => error.name));
  return names;
}
