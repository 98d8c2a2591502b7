/** Valid getAssertion requests, and assertions that other checks build on. CTAP 2.1 section 6.2. */
import type { CborKey, CborMap, CborValue } from '#protocol/cbor.ts';
import { checkSuccess } from './checks.ts';
import type { Exchange } from './exchange.ts';
import { setUp } from './failures.ts';
import { addToken, getToken } from './pin.ts';
import { descriptorOf, verifiesItself } from './registration.ts';
import type { TestContext } from './test-context.ts';
import type { TestCredential } from './test-credential.ts';

/** The keys of a getAssertion request. */
export const ga = {
  rpId: 0x01,
  clientDataHash: 0x02,
  allowList: 0x03,
  extensions: 0x04,
  options: 0x05,
  pinUvAuthParam: 0x06,
  pinUvAuthProtocol: 0x07,
} as const;

export interface AssertionOptions {
  /** Undefined: discoverable credentials. */
  allowList?: readonly TestCredential[] | undefined;
  rpId?: string | undefined;
  extensions?: CborMap | undefined;
  up?: boolean | undefined;
  /** Verifies the user, with a token if a PIN is set. */
  verified?: boolean | undefined;
}

/** Returns a request that the authenticator accepts, without a token. */
export function buildAssertion(context: TestContext, options: AssertionOptions = {}): CborMap {
  const { allowList, rpId = context.rpId, up, verified = false } = options;
  const alwaysUv = context.info.options?.alwaysUv === true;
  const flags = new Map<CborKey, CborValue>();
  if (up !== undefined) flags.set('up', up);
  if (verifiesItself(context) && (verified || (alwaysUv && up !== false))) flags.set('uv', true);
  const request: CborMap = new Map<CborKey, CborValue>([
    [ga.rpId, rpId],
    [ga.clientDataHash, context.random.bytes(32)],
  ]);
  if (allowList)
    request.set(
      ga.allowList,
      allowList.map(({ id }) => descriptorOf(id)),
    );
  if (options.extensions) request.set(ga.extensions, options.extensions);
  if (flags.size > 0) request.set(ga.options, flags);
  return request;
}

/** Adds a new token if a PIN is set; otherwise returns the request. */
export async function authorizeAssertion(
  context: TestContext,
  request: CborMap,
  rpId = context.rpId,
): Promise<CborMap> {
  if (!context.hasPin || verifiesItself(context)) return request;
  const token = await getToken(context, ['ga'], rpId);
  const hash = request.get(ga.clientDataHash) as Uint8Array;
  return addToken(request, token, hash, { param: ga.pinUvAuthParam, protocol: ga.pinUvAuthProtocol });
}

/** Sends an assertion that the authenticator has to accept. */
export async function sendAssertion(context: TestContext, options: AssertionOptions = {}): Promise<Exchange> {
  const request = buildAssertion(context, options);
  const needsToken = options.verified === true || (context.info.options?.alwaysUv === true && options.up !== false);
  const authorized = needsToken ? await authorizeAssertion(context, request, options.rpId) : request;
  return context.send('authenticatorGetAssertion', authorized);
}

/** Signs in as the preparation of a check, and returns the members of the answer. @throws {SetUpFailed} */
export const signIn = (context: TestContext, options: AssertionOptions = {}): Promise<CborMap> =>
  setUp('get an assertion', async () => checkSuccess(await sendAssertion(context, options)));
