/** A page on the proxy route learns only of capabilities that reach the handler. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { approvingHandler } from '../testing/approving-handler.ts';
import { addFrame, startTestBridge, type TestBridge } from '../testing/test-bridge.ts';

let bridge: TestBridge;
beforeAll(async () => {
  bridge = await startTestBridge({ engine: 'chromium', route: 'proxy' });
}, 60_000);
afterEach(() => bridge.reset());
afterAll(() => bridge[Symbol.asyncDispose]());

const readCapabilities = () => PublicKeyCredential.getClientCapabilities() as Promise<Record<string, boolean>>;

test('conditional requests, signal methods and related origins are not advertised by a handler without capabilities', async () => {
  const { page } = await bridge.openPage(approvingHandler);
  const capabilities = await page.evaluate(readCapabilities);
  expect(capabilities).toMatchObject({
    conditionalCreate: false,
    conditionalGet: false,
    relatedOrigins: false,
    signalAllAcceptedCredentials: false,
    signalCurrentUserDetails: false,
    signalUnknownCredential: false,
    userVerifyingPlatformAuthenticator: true,
    'extension:credProps': true,
  });
});

test('related origins and extensions are those of the handler, and conditional create() stays impossible', async () => {
  const getClientCapabilities = async () => ({
    relatedOrigins: true,
    conditionalCreate: true,
    'extension:credProps': true,
    'extension:future': true,
  });
  const { page } = await bridge.openPage({ ...approvingHandler, getClientCapabilities });
  const capabilities = await page.evaluate(readCapabilities);
  expect(capabilities).toMatchObject({ relatedOrigins: true, conditionalCreate: false, 'extension:credProps': true });
  expect(capabilities['extension:prf']).toBe(false);
  expect(capabilities).not.toHaveProperty('extension:future');
});

test('the capabilities follow the current handler, also in frames and after a navigation', async () => {
  const { page, session } = await bridge.openPage(approvingHandler);
  const frame = await addFrame(page, bridge.originOf('frame.localhost'));
  expect((await frame.evaluate(readCapabilities)).relatedOrigins).toBe(false);
  session.handler = { ...approvingHandler, getClientCapabilities: async () => ({ relatedOrigins: true }) };
  expect((await page.evaluate(readCapabilities)).relatedOrigins).toBe(true);
  await page.reload();
  expect(await page.evaluate(readCapabilities)).toMatchObject({ relatedOrigins: true, conditionalCreate: false });
});

test('after the bridge is closed, the capabilities are those of the browser', async () => {
  const { page, session } = await bridge.openPage(approvingHandler);
  await session.close();
  expect(await page.evaluate(readCapabilities)).toMatchObject({ conditionalCreate: true, relatedOrigins: true });
});

test('the replaced function looks like the native one: name, length and place', async () => {
  const { page } = await bridge.openPage(approvingHandler);
  const shape = await page.evaluate(() => {
    const { getClientCapabilities: read } = PublicKeyCredential;
    const globals = Object.getOwnPropertyNames(globalThis).filter((name) => name.startsWith('webauthn'));
    return [read.name, read.length, Object.hasOwn(PublicKeyCredential, 'getClientCapabilities'), globals];
  });
  expect(shape).toEqual(['getClientCapabilities', 0, true, []]);
});
