/**
 * get() on one authenticator: WebAuthn L3 section 5.1.4.2 ("issuing a credential request to an authenticator") and CTAP 2.1
 * sections 6.2.1 and 6.3, platform side.
 */
import { equal } from '#base/bytes.ts';
import type { CommandRequest, CommandResponse } from '#protocol/commands.ts';
import { CtapError, ProtocolViolation } from '#protocol/errors.ts';
import type { Ceremony } from './ceremony.ts';
import { findSilently, fitsInOneRequest, type CtapCredentialDescriptor, selectCandidates } from './credential-list.ts';
import type { RequestOptions } from './credential-options.ts';
import type { AuthenticationProcessor, AuthenticatorExtensions } from './extensions/extension.ts';
import { choosePinUvAuthProtocol, PinUvAuthSession, pinUvAuthParameters } from './pin-protocol.ts';
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
type AssertionResponse = CommandResponse<'authenticatorGetAssertion'>;

/** A get() that has passed every check that needs no authenticator. */
export interface AssertionRequest {
  options: RequestOptions;
  rpId: string;
  clientDataJSON: Uint8Array;
  clientDataHash: Uint8Array;
  processors: AuthenticationProcessor[];
  timeoutMs: number;
}

export interface AssertionResult {
  response: AssertionResponse;
  verified: boolean;
  /** For decrypting extension outputs. */
  session: PinUvAuthSession | undefined;
}

/** More accounts than any authenticator stores for one RP ID: beyond it, the count is a lie. */
const mostAccounts = 1000;

const requirementOf = ({ options, processors }: AssertionRequest) =>
  processors.some(({ demandsVerification }) => demandsVerification) ? 'required' : options.userVerification;

/** Whether an authenticator is a candidate at all. */
export const supportsAssertion = (info: SelectedAuthenticator['info'], request: AssertionRequest): boolean =>
  requirementOf(request) !== 'required' || canVerifyUser(info);

/** Verifies the user as far as needed, narrows the allow list to what the authenticator takes, and gets the assertion. */
export async function getAssertion(
  authenticator: SelectedAuthenticator,
  request: AssertionRequest,
  ceremony: Ceremony,
): Promise<AssertionResult> {
  const { info } = authenticator;
  const { rpId } = request;
  const method = chooseVerification(info, { requirement: requirementOf(request), command: 'ga' });
  const scope = { permissions: ['ga'] as const, rpId };
  const proof = await verifyUser(authenticator, method, scope, ceremony);
  return withPinFallback(authenticator, proof, scope, ceremony, async (verification) => {
    const allowList = await narrowAllowList(authenticator, request, verification, ceremony);
    const session = await sharedSecret(authenticator, request, ceremony);
    const message = encodeAssertion(info, request, allowList, verification, session);
    const verified = verification.token !== undefined || verification.uvOption === true;
    const first = await send(authenticator, message, verification, ceremony);
    if (allowList.length > 0) return { response: checkAllowed(first, allowList), verified, session };
    return { response: await chooseAccount(first, authenticator, ceremony), verified, session };
  });
}

/**
 * The allow list to send: as it is when it fits, else the one credential found silently.
 * @throws {CtapError} CTAP2_ERR_NO_CREDENTIALS after a touch, when none of the list is on the authenticator.
 */
async function narrowAllowList(
  authenticator: SelectedAuthenticator,
  { options, rpId, clientDataHash, processors }: AssertionRequest,
  { token }: Verification,
  ceremony: Ceremony,
): Promise<CtapCredentialDescriptor[]> {
  if (options.allowCredentials.length === 0) return [];
  const { ctap, info, available } = authenticator;
  const possible = selectCandidates(options.allowCredentials, info, available.device.transport);
  const mayGoAlong = possible.length > 0 && (possible.length === 1 || processors.length === 0);
  const message = { rpId, clientDataHash, allowList: possible, pinUvAuthParam: new Uint8Array(64) };
  if (mayGoAlong && fitsInOneRequest(possible, info) && ctap.fits('authenticatorGetAssertion', message)) return possible;
  const probe = { ctap, info, rpId, clientDataHash, token };
  const found = await ceremony.measure('get-assertion', () => findSilently(possible, probe), 'Look for allowed');
  if (found) return [found];
  return afterTouch(authenticator, rpId, ceremony);
}

async function sharedSecret(
  { ctap, info }: SelectedAuthenticator,
  { processors }: AssertionRequest,
  ceremony: Ceremony,
): Promise<PinUvAuthSession | undefined> {
  const protocol = choosePinUvAuthProtocol(info);
  if (!protocol || !processors.some((processor) => processor.demandsSharedSecret?.(info))) return undefined;
  return ceremony.measure('pin', () => PinUvAuthSession.open(ctap, protocol, ceremony.context.random));
}

function encodeAssertion(
  info: SelectedAuthenticator['info'],
  { rpId, clientDataHash, processors }: AssertionRequest,
  allowList: CtapCredentialDescriptor[],
  { token, uvOption }: Verification,
  session: PinUvAuthSession | undefined,
): GetAssertionRequest {
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
    ...(uvOption && { options: { uv: true } }),
    ...pinUvAuthParameters(token, clientDataHash),
  };
}

function send(
  authenticator: SelectedAuthenticator,
  message: GetAssertionRequest,
  { uvOption = false }: Verification,
  ceremony: Ceremony,
): Promise<AssertionResponse> {
  const { rpId } = message;
  return ceremony.measure('get-assertion', async () => {
    using watch = ceremony.watchPresence({ why: 'sign-in', rpId, verification: uvOption });
    try {
      return await authenticator.ctap.send('authenticatorGetAssertion', message, watch);
    } catch (error) {
      const isEmpty = error instanceof CtapError && error.status === 'CTAP2_ERR_NO_CREDENTIALS';
      if (isEmpty && !watch.wasNeeded) return afterTouch(authenticator, rpId, ceremony);
      throw error;
    }
  });
}

/**
 * Ends with "no credentials", but not before a touch: a page must not learn without a gesture what a key lacks.
 * @throws {CtapError} CTAP2_ERR_NO_CREDENTIALS
 */
async function afterTouch(authenticator: SelectedAuthenticator, rpId: string, ceremony: Ceremony): Promise<never> {
  using watch = ceremony.watchPresence({ why: 'sign-in', rpId, verification: false });
  await waitForTouch(authenticator, watch);
  throw new CtapError('CTAP2_ERR_NO_CREDENTIALS', 'the authenticator has no credential for this request');
}

/** @throws {ProtocolViolation} when the assertion is for a credential that was not asked for. */
function checkAllowed(response: AssertionResponse, allowList: readonly CtapCredentialDescriptor[]): AssertionResponse {
  if (allowList.some(({ id }) => equal(id, response.credential.id))) return response;
  throw new ProtocolViolation(
    'response.credential',
    'CTAP 2.1 section 6.2.2',
    1,
    'cannot use the assertion: its credential is not in the allow list',
  );
}

/** Several discoverable credentials: fetches them all and lets the user choose, unless the authenticator did. */
async function chooseAccount(
  first: AssertionResponse,
  { ctap }: SelectedAuthenticator,
  ceremony: Ceremony,
): Promise<AssertionResponse> {
  const count = first.numberOfCredentials ?? 1;
  if (count <= 1 || first.userSelected) return first;
  if (count > mostAccounts)
    throw new ProtocolViolation(
      'response.numberOfCredentials',
      'CTAP 2.1 section 6.2.2',
      1,
      `cannot list ${count} accounts: more than ${mostAccounts} is no honest number`,
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
  const id = await ceremony.ask('Account', (user, signal) => user.chooseAccount(accounts, signal));
  return all.find(({ credential }) => equal(credential.id, id)) ?? first;
}
