/** Valid makeCredential requests, and registrations that other checks build on. CTAP 2.1 section 6.1. */
import { parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import { type CborKey, type CborMap, type CborValue, encode } from '#protocol/cbor.ts';
import { coseAlgorithms } from '#protocol/cose.ts';
import { checkSuccess, readBytes } from './checks.ts';
import type { Exchange } from './exchange.ts';
import { NotApplicable, setUp } from './failures.ts';
import { addToken, getToken } from './pin.ts';
import { pinAuthorizesCeremonies, preferredAlgorithmOf } from './preconditions.ts';
import type { TestContext } from './test-context.ts';
import type { RegistrationOptions, TestCredential } from './test-credential.ts';

/** The keys of a makeCredential request. */
export const mc = {
  clientDataHash: 0x01,
  rp: 0x02,
  user: 0x03,
  pubKeyCredParams: 0x04,
  excludeList: 0x05,
  extensions: 0x06,
  options: 0x07,
  pinUvAuthParam: 0x08,
  pinUvAuthProtocol: 0x09,
  enterpriseAttestation: 0x0a,
  attestationFormatsPreference: 0x0b,
} as const;

const member = <V extends CborValue>(...entries: [CborKey, V][]): CborMap => new Map<CborKey, CborValue>(entries);

export const credentialParameters = (alg: number): CborMap => member<CborValue>(['alg', alg], ['type', 'public-key']);
export const descriptorOf = (id: Uint8Array): CborMap => member<CborValue>(['id', id], ['type', 'public-key']);
export const es256 = coseAlgorithms.ES256.alg;

/** Returns descriptors of unknown credentials, as many of `count` as fit in a message beside the other members of a request. */
export function unknownDescriptors({ info }: TestContext, count: number): CborMap[] {
  const membersBeside = 512;
  const { length } = encode(descriptorOf(new Uint8Array(16)));
  const fitting = Math.floor(((info.maxMsgSize ?? 1024) - membersBeside) / length);
  return Array.from({ length: Math.min(count, fitting) }, (_, index) => descriptorOf(new Uint8Array(16).fill(index)));
}

/** Whether the authenticator verifies the user itself, because there is no PIN, or the PIN does not authorize ceremonies. */
export const verifiesItself = ({ info, hasPin }: TestContext): boolean =>
  info.options?.uv === true && (!hasPin || !pinAuthorizesCeremonies.isMet(info, []));

/** Returns a request that the authenticator accepts, without a token. */
export function buildRegistration(context: TestContext, options: RegistrationOptions = {}): CborMap {
  const { rk = false, algorithm = preferredAlgorithmOf(context.info), rpId = context.rpId } = options;
  const userId = options.userId ?? new Uint8Array(16).fill(0x75);
  const uv = verifiesItself(context) && options.verified !== false;
  const requestOptions = member(
    ...(rk ? [['rk', true] as [CborKey, boolean]] : []),
    ...(uv ? [['uv', true] as [CborKey, boolean]] : []),
  );
  const request = member<CborValue>(
    [mc.clientDataHash, context.random.bytes(32)],
    [mc.rp, member(['id', rpId], ['name', 'Conformance'])],
    [mc.user, member<CborValue>(['id', userId], ['name', 'alice'], ['displayName', 'Alice'])],
    [mc.pubKeyCredParams, [credentialParameters(algorithm)]],
  );
  if (options.excludeList) request.set(mc.excludeList, options.excludeList);
  if (options.extensions) request.set(mc.extensions, options.extensions);
  if (requestOptions.size > 0) request.set(mc.options, requestOptions);
  return request;
}

/** Adds a new token if a PIN is set; otherwise returns the request. */
export async function authorizeRegistration(
  context: TestContext,
  request: CborMap,
  rpId = context.rpId,
): Promise<CborMap> {
  if (!context.hasPin || verifiesItself(context)) return request;
  const token = await getToken(context, ['mc'], rpId);
  const hash = request.get(mc.clientDataHash) as Uint8Array;
  return addToken(request, token, hash, { param: mc.pinUvAuthParam, protocol: mc.pinUvAuthProtocol });
}

/** Sends a registration that the authenticator has to accept. */
export async function sendRegistration(context: TestContext, options: RegistrationOptions = {}): Promise<Exchange> {
  const request = buildRegistration(context, options);
  const isAuthorized = options.verified !== false;
  const authorized = isAuthorized ? await authorizeRegistration(context, request, options.rpId) : request;
  return context.send('authenticatorMakeCredential', authorized);
}

/** Registers a credential as the preparation of a check, or takes one of another case. @throws {SetUpFailed} */
export const register = (context: TestContext, options: RegistrationOptions = {}): Promise<TestCredential> =>
  setUp('register a credential', async () => {
    const { credentials, hasPin } = context;
    const existing = credentials?.find(options, hasPin);
    if (existing) {
      context.rpId = existing.rpId;
      return existing;
    }
    const exchange = await sendRegistration(context, options);
    if (exchange.status === 'CTAP2_ERR_KEY_STORE_FULL') await checkHasSpace(context);
    const members = checkSuccess(exchange);
    const credential = readCredential(context, members, options);
    credentials?.add(options, hasPin, credential);
    return credential;
  });

/** @throws {NotApplicable} if getInfo reports that the authenticator has no space for another discoverable credential. */
async function checkHasSpace(context: TestContext): Promise<void> {
  const { remainingDiscoverableCredentials: left } = await context.readInfo();
  const atStart = context.info.remainingDiscoverableCredentials;
  if (left === 0 && atStart !== 0)
    throw new NotApplicable(
      `The case needs more discoverable credentials than the ${atStart} for which there is space`,
    );
}

/** Returns the credential of a successful answer. */
function readCredential(context: TestContext, members: CborMap, options: RegistrationOptions): TestCredential {
  const authData = parseAuthenticatorData(readBytes(members, 0x02, 'authData'));
  const { attestedCredentialData, credentialPublicKey, signCount, extensions } = authData;
  if (!attestedCredentialData || !credentialPublicKey) throw new Error('authData contains no credential');
  return {
    id: attestedCredentialData.credentialId,
    rpId: options.rpId ?? context.rpId,
    userId: options.userId ?? new Uint8Array(16).fill(0x75),
    publicKey: credentialPublicKey,
    signCount,
    extensions: extensions ?? new Map(),
    members,
  };
}
