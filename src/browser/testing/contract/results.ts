/** Contract of the bridge: what create() and get() return to the page, and the errors they reject with. */
import { describe, expect, test } from 'vitest';
import { toBase64url } from '#base/bytes.ts';
import { WebAuthnError, type WebAuthnErrorName, webAuthnErrorNames } from '#protocol/errors.ts';
import { approvingHandler, createRegistration, credentialId, failingHandler } from '../approving-handler.ts';
import type { ContractParts } from '../bridge-contract.ts';
import { createInPage, eventually, getInPage } from '../test-bridge.ts';

export function testResults({ bridge, typeErrorBecomesDomException, refusesMalformedAttestation }: ContractParts) {
  describe('results', () => {
    test('a registration is a credential with the prototypes and members of the browser', async () => {
      const { page } = await bridge().openPage(approvingHandler);
      expect(await page.evaluate(describeRegistration)).toEqual({
        prototypes: [true, true, true, true],
        tags: ['[object PublicKeyCredential]', '[object AuthenticatorAttestationResponse]'],
        ownMembers: [],
        id: toBase64url(credentialId),
        type: 'public-key',
        rawIdBytes: 16,
        sameRawId: true,
        attachment: 'cross-platform',
        transports: ['nfc', 'usb'],
        algorithm: -7,
        publicKeyBytes: 91,
        attestationObject: '[object ArrayBuffer]',
        clientDataType: 'webauthn.create',
        extensions: { credProps: { rk: true } },
        aaguid: Array(16).fill(1),
      });
    });

    test('an assertion is a credential with the prototypes and members of the browser', async () => {
      const { page } = await bridge().openPage(approvingHandler);
      expect(await page.evaluate(describeAssertion)).toEqual({
        prototypes: [true, true, true],
        userHandle: [1, 2, 3],
        signature: [0, 0, 0],
        flags: 5,
        clientDataType: 'webauthn.get',
      });
    });

    test('toJSON() returns the response in JSON form', async () => {
      const { page } = await bridge().openPage(approvingHandler);
      const { credential } = await createInPage(page);
      expect(credential).toMatchObject({
        id: toBase64url(credentialId),
        rawId: toBase64url(credentialId),
        type: 'public-key',
        authenticatorAttachment: 'cross-platform',
        clientExtensionResults: { credProps: { rk: true } },
        response: { publicKeyAlgorithm: -7, transports: ['nfc', 'usb'], attestationObject: expect.any(String) },
      });
      expect((await getInPage(page)).credential).toMatchObject({ response: { signature: 'AAAA', userHandle: 'AQID' } });
    });

    test('binary extension outputs are ArrayBuffers, and base64url in toJSON()', async () => {
      const prf = { enabled: true, results: { first: 'A'.repeat(43) } };
      const { page } = await bridge().openPage({
        ...approvingHandler,
        create: async (request) => ({ ...createRegistration(request), clientExtensionResults: { prf } }),
      });
      expect(await page.evaluate(readPrfOutput)).toEqual({ bytes: Array(32).fill(0), json: { prf } });
    });

    test('every DOMException name and its message reach the page', async () => {
      let current: WebAuthnErrorName = 'AbortError';
      const cause = new Error('A cause that the page must not see');
      const { page, session } = await bridge().openPage(
        failingHandler(() => new WebAuthnError(current, `because ${current}`, { cause })),
      );
      for (const name of webAuthnErrorNames) {
        current = name;
        const isDomException = name !== 'TypeError' || typeErrorBecomesDomException;
        expect(await createInPage(page)).toEqual({ error: { name, message: `because ${name}`, isDomException } });
      }
      expect(session.problems).toEqual([]);
    });

    test('the requests of each context go to its own handler', async () => {
      const names = ['InvalidStateError', 'ConstraintError'] as const;
      const opened = await Promise.all(
        names.map((name) => bridge().openPage(failingHandler(() => new WebAuthnError(name, name)))),
      );
      const outcomes = await Promise.all(opened.map(({ page }) => createInPage(page)));
      expect(outcomes.map(({ error }) => error?.name)).toEqual(names);
    });

    test('a later handler of the session gets later requests', async () => {
      const { page, session } = await bridge().openPage(approvingHandler);
      expect((await createInPage(page)).credential).toBeDefined();
      session.handler = failingHandler(() => new WebAuthnError('InvalidStateError', 'second'));
      expect((await createInPage(page)).error?.message).toBe('second');
    });

    test('an unexpected error of the handler is an UnknownError in the page and recorded', async () => {
      const { page, session } = await bridge().openPage(failingHandler(() => new RangeError('A bug in the handler')));
      const { error } = await createInPage(page);
      expect(error).toMatchObject({ name: 'UnknownError', isDomException: true });
      expect(error?.message).not.toContain('bug');
      expect(session.problems).toMatchObject([
        { kind: 'handler-failed', ceremony: 'create', error: { name: 'RangeError' } },
      ]);
    });

    test('a result that is no credential is an UnknownError in the page and recorded', async () => {
      const { page, session } = await bridge().openPage({
        ...approvingHandler,
        create: async () => ({ id: 'not a credential' }),
      });
      expect((await createInPage(page)).error).toMatchObject({ name: 'UnknownError' });
      await eventually(() => session.problems).toMatchObject([{ kind: 'answer-refused', ceremony: 'create' }]);
    });

    test(`an attestation object that is no CBOR ${refusesMalformedAttestation ? 'is refused' : 'reaches the page'}`, async () => {
      const { page, session } = await bridge().openPage({
        ...approvingHandler,
        create: async (request) => {
          const registration = createRegistration(request);
          return { ...registration, response: { ...registration.response, attestationObject: '_w' } };
        },
      });
      const { credential, error } = await createInPage(page);
      if (refusesMalformedAttestation) expect(error?.name).toBe('UnknownError');
      else expect(credential).toMatchObject({ response: { attestationObject: '_w' } });
      expect(session.problems).toHaveLength(refusesMalformedAttestation ? 1 : 0);
    });

    test('functions and attributes look like those of the browser', async () => {
      const { page } = await bridge().openPage(approvingHandler);
      expect(await page.evaluate(describeFunctions)).toEqual([
        'create/0 [native code] enumerable writable configurable',
        'get/0 [native code] enumerable writable configurable',
        'toJSON/0 [native code] enumerable writable configurable',
        'isUserVerifyingPlatformAuthenticatorAvailable/0 [native code] enumerable writable configurable',
        'get id/0 [native code] enumerable configurable',
        'TypeError: create() of another object',
        'TypeError: id of another object',
        'TypeError: constructor',
      ]);
    });
  });
}

/** Runs in the page. */
async function describeRegistration() {
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
  const { response, rawId } = credential;
  return {
    prototypes: [
      credential instanceof PublicKeyCredential,
      credential instanceof Credential,
      response instanceof AuthenticatorAttestationResponse,
      response instanceof AuthenticatorResponse,
    ],
    tags: [String(credential), String(response)],
    ownMembers: [...Object.keys(credential), ...Object.keys(response)],
    id: credential.id,
    type: credential.type,
    rawIdBytes: rawId.byteLength,
    sameRawId: credential.rawId === rawId,
    attachment: credential.authenticatorAttachment,
    transports: response.getTransports(),
    algorithm: response.getPublicKeyAlgorithm(),
    publicKeyBytes: response.getPublicKey()?.byteLength,
    attestationObject: String(response.attestationObject),
    clientDataType: JSON.parse(new TextDecoder().decode(response.clientDataJSON)).type,
    extensions: credential.getClientExtensionResults(),
    aaguid: [...new Uint8Array(response.getAuthenticatorData()).subarray(37, 53)],
  };
}

/** Runs in the page. */
async function describeAssertion() {
  const credential = (await navigator.credentials.get({
    publicKey: { challenge: new Uint8Array(32) },
  })) as PublicKeyCredential & { response: AuthenticatorAssertionResponse };
  const { response } = credential;
  return {
    prototypes: [
      credential instanceof PublicKeyCredential,
      response instanceof AuthenticatorAssertionResponse,
      response instanceof AuthenticatorResponse,
    ],
    userHandle: [...new Uint8Array(response.userHandle ?? new ArrayBuffer(0))],
    signature: [...new Uint8Array(response.signature)],
    flags: new Uint8Array(response.authenticatorData)[32],
    clientDataType: JSON.parse(new TextDecoder().decode(response.clientDataJSON)).type,
  };
}

/** Runs in the page. */
async function readPrfOutput() {
  const credential = (await navigator.credentials.create({
    publicKey: {
      rp: { name: 'RP' },
      user: { id: new Uint8Array([1]), name: 'ada', displayName: 'Ada' },
      challenge: new Uint8Array(32),
      pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
      extensions: { prf: { eval: { first: new Uint8Array(32) } } },
    },
  })) as PublicKeyCredential;
  const first = credential.getClientExtensionResults().prf?.results?.first as ArrayBuffer;
  return { bytes: [...new Uint8Array(first)], json: credential.toJSON().clientExtensionResults };
}

/** Runs in the page. Returns one line for each function and attribute, and what happens on objects that have none. */
async function describeFunctions() {
  const lines: string[] = [];
  const members: [object, string][] = [
    [CredentialsContainer.prototype, 'create'],
    [CredentialsContainer.prototype, 'get'],
    [PublicKeyCredential.prototype, 'toJSON'],
    [PublicKeyCredential, 'isUserVerifyingPlatformAuthenticatorAvailable'],
    [Credential.prototype, 'id'],
  ];
  for (const [target, name] of members) {
    const descriptor = Object.getOwnPropertyDescriptor(target, name) ?? {};
    const code = descriptor.value ?? descriptor.get;
    const traits = ['enumerable', 'writable', 'configurable'].filter((trait) => descriptor[trait as 'writable']);
    lines.push(`${code.name}/${code.length} ${/\[native code\]/.exec(String(code))} ${traits.join(' ')}`);
  }
  await CredentialsContainer.prototype.create
    .call({} as CredentialsContainer, {})
    .catch((error) => lines.push(`${error.name}: create() of another object`));
  try {
    Reflect.get(Credential.prototype, 'id', {});
  } catch (error) {
    lines.push(`${(error as Error).name}: id of another object`);
  }
  try {
    Reflect.construct(PublicKeyCredential, []);
  } catch (error) {
    lines.push(`${(error as Error).name}: constructor`);
  }
  return lines;
}
