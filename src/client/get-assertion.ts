/**
 * get() on one authenticator: WebAuthn L3 section 5.1.4.2 ("issuing a credential request to an authenticator") and CTAP 2.1
 * sections 6.2.1 and 6.3, platform side.
 */
import { equal } from '#base/bytes.ts';
import type { CommandRequest, CommandResponse } from '#protocol/commands.ts';
import { CtapError, ProtocolViolation } from '#protocol/errors.ts';
import type { Ceremony } from './ceremony.ts';
import { type CtapCredentialDescriptor, findSilently, fitsInOneRequest, selectCandidates } from './credential-list.ts';
import type { CredentialDescriptor, RequestOptions } from './credential-options.ts';
import type { AuthenticationProcessor, AuthenticatorExtensions } from './extensions/extension.ts';
import { choosePinUvAuthProtocol, PinUvAuthSession, type PinUvAuthToken, pinUvAuthParameters } from './pin-protocol.ts';
import type { SelectedAuthenticator } from './select-device.ts';
import {
  canVerifyUser,
  chooseVerification,
  type Verification,
  verifyUser,
  withPinFallback,
} from './user-verification.ts';
import { waitForTouch } from './wait-for-touch.ts';

type GetAssertionRequest = CommandRequest<'authenticatorGetAssertion'>;
type GetAssertionResponse = CommandResponse<'authenticatorGetAssertion'>;

/** A get() that has passed every check that needs no authenticator. */
export interface AssertionRequest {
  options: RequestOptions;
  rpId: string;
  clientDataJSON: Uint8Array;
  clientDataHash: Uint8Array;
  processors: AuthenticationProcessor[];
  /** Undefined for a conditional request, which waits without a limit. */
  timeoutMs: number | undefined;
  /** The allowCredentials of a conditional request, which limit the offered accounts; otherwise empty. */
  credentialIdFilter: readonly CredentialDescriptor[];
}

export interface AssertionResult {
  response: GetAssertionResponse;
  /** The RP ID that was used, or its alternative. */
  rpId: string;
  /** Whether the user was verified. */
  verified: boolean;
  /** Identifiers of the extension inputs that were sent. */
  requestedExtensions: string[];
  /** Decrypts extension outputs. */
  session: PinUvAuthSession | undefined;
  token: PinUvAuthToken | undefined;
}

/** More accounts than any authenticator stores for one RP ID; a larger numberOfCredentials is refused. */
const maxAccounts = 1000;

const effectiveRequirement = ({ options, processors }: AssertionRequest) =>
  processors.some((processor) => processor.requiresUserVerification) ? 'required' : options.userVerification;

/** A protected key accepts later commands only with a token, so the user must be verified if possible. */
const atLeastPreferred = (request: AssertionRequest) =>
  effectiveRequirement(request) === 'required' ? 'required' : 'preferred';

/** Returns whether an authenticator fulfils the requirements of `request`. U2F needs a list of credentials (CTAP 2.1 section 7.2.3). */
export const supportsAssertion = (info: SelectedAuthenticator['info'], request: AssertionRequest): boolean =>
  (effectiveRequirement(request) !== 'required' || canVerifyUser(info)) &&
  (request.options.allowCredentials.length > 0 || info.versions.some((version) => version !== 'U2F_V2'));

/** Verifies the user if necessary, narrows the allow list to what the authenticator accepts, and gets the assertion. */
export async function getAssertion(
  authenticator: SelectedAuthenticator,
  originalRequest: AssertionRequest,
  ceremony: Ceremony,
): Promise<AssertionResult> {
  const { info } = authenticator;
  const rpId = await chooseRpId(authenticator, originalRequest, ceremony);
  const request = { ...originalRequest, rpId };
  const further = request.processors.flatMap((processor) => processor.permissions?.(info) ?? []);
  const requirement = further.length > 0 ? atLeastPreferred(request) : effectiveRequirement(request);
  const method = chooseVerification(info, { requirement, command: 'ga' });
  const scope = { permissions: ['ga', ...further] as const, rpId };
  const initial = await verifyUser(authenticator, method, scope, ceremony);
  return withPinFallback({ authenticator, verification: initial, scope, ceremony }, async (verification) => {
    const allowList = await narrowAllowList(authenticator, request, verification, ceremony);
    const session = await openSharedSecret(authenticator, request, ceremony);
    const message = encodeRequest({ info, request, allowList, verification, session });
    const verified = verification.token !== undefined || verification.uvOption === true;
    const first = await send(authenticator, message, verification, ceremony);
    const response =
      allowList.length > 0 ? checkAllowed(first, allowList) : await chooseAccount(first, authenticator, ceremony);
    const requestedExtensions = Object.keys(message.extensions ?? {});
    return { response, rpId, verified, session, token: verification.token, requestedExtensions };
  });
}

/**
 * Returns the RP ID, or an alternative of an extension if allowed credentials exist only under that: WebAuthn L3 section 10.1.1
 * step 4. Searches without a token, since a token is bound to one RP ID.
 */
async function chooseRpId(
  { ctap, info }: SelectedAuthenticator,
  { options, rpId, clientDataHash, processors }: AssertionRequest,
  ceremony: Ceremony,
): Promise<string> {
  const alternatives = processors.flatMap(({ alternativeRpId }) => alternativeRpId ?? []);
  if (alternatives.length === 0) return rpId;
  const candidates = selectCandidates(options.allowCredentials, info);
  for (const candidate of [rpId, ...alternatives]) {
    const search = { ctap, info, rpId: candidate, clientDataHash, token: undefined };
    const found = await ceremony.measure('get-assertion', () => findSilently(candidates, search), 'Search allow list');
    if (found) return candidate;
  }
  return rpId;
}

/**
 * Returns the allow list to send: the whole list if it fits, otherwise the first credential that a silent search finds.
 * @throws {CtapError} CTAP2_ERR_NO_CREDENTIALS after a touch, when none of the list is on the authenticator.
 */
async function narrowAllowList(
  authenticator: SelectedAuthenticator,
  { options, rpId, clientDataHash, processors }: AssertionRequest,
  { token }: Verification,
  ceremony: Ceremony,
): Promise<CtapCredentialDescriptor[]> {
  if (options.allowCredentials.length === 0) return [];
  const { ctap, info } = authenticator;
  const candidates = selectCandidates(options.allowCredentials, info);
  // Extension inputs may depend on the credential (PRF), so with extensions it must be known which one is used.
  const maySendAll = candidates.length > 0 && (candidates.length === 1 || processors.length === 0);
  const message = { rpId, clientDataHash, allowList: candidates, pinUvAuthParam: new Uint8Array(64) };
  if (maySendAll && fitsInOneRequest(candidates, info) && ctap.fits('authenticatorGetAssertion', message))
    return candidates;
  const search = { ctap, info, rpId, clientDataHash, token };
  const found = await ceremony.measure('get-assertion', () => findSilently(candidates, search), 'Search allow list');
  if (found) return [found];
  return failAfterTouch(authenticator, rpId, ceremony);
}

/** Opens a session when an extension needs to encrypt its inputs; otherwise returns undefined. */
async function openSharedSecret(
  { ctap, info }: SelectedAuthenticator,
  { processors }: AssertionRequest,
  ceremony: Ceremony,
): Promise<PinUvAuthSession | undefined> {
  const protocol = choosePinUvAuthProtocol(info);
  if (!protocol || !processors.some((processor) => processor.requiresSharedSecret?.(info))) return undefined;
  return ceremony.measure('pin', () => PinUvAuthSession.open(ctap, protocol, ceremony.context.random));
}

interface RequestParts {
  info: SelectedAuthenticator['info'];
  request: AssertionRequest;
  allowList: CtapCredentialDescriptor[];
  verification: Verification;
  session: PinUvAuthSession | undefined;
}

function encodeRequest({ info, request, allowList, verification, session }: RequestParts): GetAssertionRequest {
  const { rpId, clientDataHash, processors } = request;
  const credentialId = allowList.length === 1 ? allowList[0]?.id : undefined;
  const extensions: AuthenticatorExtensions = Object.assign(
    {},
    ...processors.map((processor) => processor.authenticatorInputs?.({ info, session, credentialId })),
  );
  return {
    rpId,
    clientDataHash,
    ...(allowList.length > 0 && { allowList }),
    ...(Object.keys(extensions).length > 0 && { extensions }),
    ...(verification.uvOption && { options: { uv: true } }),
    ...pinUvAuthParameters(verification.token, clientDataHash),
  };
}

function send(
  authenticator: SelectedAuthenticator,
  message: GetAssertionRequest,
  { uvOption = false }: Verification,
  ceremony: Ceremony,
): Promise<GetAssertionResponse> {
  const { rpId } = message;
  return ceremony.measure('get-assertion', async () => {
    using watch = ceremony.watchPresence({ why: 'sign-in', rpId, verification: uvOption });
    try {
      return await authenticator.ctap.send('authenticatorGetAssertion', message, watch);
    } catch (error) {
      const hasNone = error instanceof CtapError && error.status === 'CTAP2_ERR_NO_CREDENTIALS';
      if (hasNone && !watch.wasRequested) return failAfterTouch(authenticator, rpId, ceremony);
      throw error;
    }
  });
}

/**
 * Waits for a touch and then fails: a page must not learn without a gesture that a key lacks a credential.
 * @throws {CtapError} CTAP2_ERR_NO_CREDENTIALS
 */
async function failAfterTouch(authenticator: SelectedAuthenticator, rpId: string, ceremony: Ceremony): Promise<never> {
  using watch = ceremony.watchPresence({ why: 'sign-in', rpId, verification: false });
  await waitForTouch(authenticator, watch);
  throw new CtapError('CTAP2_ERR_NO_CREDENTIALS', 'The authenticator has no credential for this request');
}

/** @throws {ProtocolViolation} when the assertion is for a credential outside the allow list. */
function checkAllowed(
  response: GetAssertionResponse,
  allowList: readonly CtapCredentialDescriptor[],
): GetAssertionResponse {
  if (allowList.some(({ id }) => equal(id, response.credential.id))) return response;
  throw new ProtocolViolation(
    { rule: 'response.credential', section: 'CTAP 2.1 section 6.2.2', offset: 1 },
    'Cannot use the assertion: its credential is not in the allow list',
  );
}

/** When there are several discoverable credentials: fetches them all and lets the user choose, unless the authenticator did. */
async function chooseAccount(
  first: GetAssertionResponse,
  { ctap }: SelectedAuthenticator,
  ceremony: Ceremony,
): Promise<GetAssertionResponse> {
  const count = first.numberOfCredentials ?? 1;
  if (count <= 1 || first.userSelected) return first;
  if (count > maxAccounts)
    throw new ProtocolViolation(
      { rule: 'response.numberOfCredentials', section: 'CTAP 2.1 section 6.2.2', offset: 1 },
      `Cannot list the accounts: expected at most ${maxAccounts}, got ${count}`,
    );
  const all = [first];
  await ceremony.measure('get-assertion', async () => {
    while (all.length < count) all.push(await ctap.send('authenticatorGetNextAssertion', {}));
  });
  const accounts = all.map(({ credential, user }) => ({
    credentialId: credential.id,
    name: user?.name ?? '',
    displayName: user?.displayName ?? '',
  }));
  const id = await ceremony.askUser('Account', (user, signal) => user.chooseAccount(accounts, signal));
  return all.find(({ credential }) => equal(credential.id, id)) ?? first;
}
