/** navigator.credentials.get(), WebAuthn L3 section 5.1.4. The functions below are the spec's steps in the spec's order. */
import { type Ceremony, runCeremony } from './ceremony.ts';
import { ceremonyTimeoutMs, collectClientData } from './common-steps.ts';
import { signInFromAutofill } from './conditional-get.ts';
import type { ClientContext } from './context.ts';
import type { Assertion } from './credential.ts';
import { type AuthenticationResponseJSON, toAuthenticationJSON } from './credential-json.ts';
import {
  type PublicKeyCredentialRequestOptionsJSON,
  parseRequestOptions,
  type RequestOptions,
} from './credential-options.ts';
import type { ClientOutputs } from './extensions/extension.ts';
import { checkAuthenticationOutputs } from './extensions/output-checks.ts';
import { createAuthenticationProcessors } from './extensions/registry.ts';
import { type AssertionRequest, type AssertionResult, getAssertion, supportsAssertion } from './get-assertion.ts';
import { resolveRelyingPartyId } from './relying-party-id.ts';
import { checkAuthenticatorData } from './response-checks.ts';
import { type SelectedAuthenticator, withSelectedAuthenticator } from './select-device.ts';
import { readUncheckedExtensions } from './unchecked-response.ts';

/**
 * get() with JSON options and a JSON result (section 5.1.9, and 5.1 for toJSON()).
 * @throws {WebAuthnError} with the DOMException name for the page; the page's own abort reason when the page aborted.
 */
export async function get(
  options: PublicKeyCredentialRequestOptionsJSON,
  context: ClientContext,
): Promise<AuthenticationResponseJSON> {
  return toAuthenticationJSON(await requestAssertion(parseRequestOptions(options), context));
}

/**
 * get() with binary options and a binary result.
 * @throws {WebAuthnError} with the DOMException name for the page; the page's own abort reason when the page aborted.
 */
export async function requestAssertion(options: RequestOptions, context: ClientContext): Promise<Assertion> {
  const done = context.timeline?.start('client');
  try {
    const request = await prepareRequest(options, context);
    context.signal?.throwIfAborted(); // step 13
    const assertion = await runCeremony(context, request.timeoutMs, (ceremony) => authenticate(request, ceremony));
    context.recentAuthentications?.add(context.origin);
    return assertion;
  } finally {
    done?.();
  }
}

/** Steps 3 to 12. */
async function prepareRequest(requested: RequestOptions, context: ClientContext): Promise<AssertionRequest> {
  const mediated = applyMediation(requested, context); // steps 3 and 4
  const { options } = mediated;
  const rpId = await resolveRelyingPartyId(context, options.rpId); // steps 5 to 7
  const processors = createAuthenticationProcessors(options.extensions, {
    origin: context.origin,
    allowCredentials: options.allowCredentials,
  }); // steps 8 and 9
  const clientData = collectClientData('webauthn.get', options.challenge, context); // steps 10 to 12
  return { ...mediated, rpId, processors, ...clientData };
}

/** Steps 3 and 4: a conditional request has no timeout, and no allowCredentials, so that it uses only discoverable credentials. */
function applyMediation(options: RequestOptions, context: ClientContext) {
  if (context.mediation !== 'conditional')
    return { options, credentialIdFilter: [], timeoutMs: ceremonyTimeoutMs(options.timeoutMs, context) };
  return {
    options: { ...options, allowCredentials: [] },
    credentialIdFilter: options.allowCredentials,
    timeoutMs: undefined,
  };
}

/** Steps 14 to 20. */
function authenticate(request: AssertionRequest, ceremony: Ceremony): Promise<Assertion> {
  if (ceremony.context.mediation === 'conditional') return signInFromAutofill(request, ceremony, signIn);
  const selection = {
    rpId: request.rpId,
    hints: request.options.hints,
    isSuitable: (info: SelectedAuthenticator['info']) => supportsAssertion(info, request),
  };
  return withSelectedAuthenticator(selection, ceremony, (authenticator) => signIn(authenticator, request, ceremony));
}

const signIn = async (
  authenticator: SelectedAuthenticator,
  request: AssertionRequest,
  ceremony: Ceremony,
): Promise<Assertion> =>
  constructAssertion(await getAssertion(authenticator, request, ceremony), authenticator, request, ceremony);

/** Step 20, "If any authenticator indicates success": constructAssertionAlg. */
async function constructAssertion(
  { response, rpId, verified, session, token, requestedExtensions }: AssertionResult,
  { available, ctap, info }: SelectedAuthenticator,
  { clientDataJSON, processors }: AssertionRequest,
  { policy, context }: Ceremony,
): Promise<Assertion> {
  const isStrict = policy.checks === 'strict';
  const { extensions: outputs = new Map() } = isStrict
    ? checkAuthenticatorData(response.authData, { rpId, verified })
    : { extensions: readUncheckedExtensions(response.authData) };
  if (isStrict) checkAuthenticationOutputs(outputs, { requested: requestedExtensions, policy });
  const outcome = { outputs, session, rpId, response, ctap, info, token, random: context.random };
  const clientExtensionResults: ClientOutputs = {};
  for (const processor of processors) Object.assign(clientExtensionResults, await processor.clientOutputs?.(outcome));
  return {
    id: response.credential.id,
    clientDataJSON,
    authenticatorData: response.authData,
    signature: response.signature,
    userHandle: response.user?.id,
    authenticatorAttachment: available.kind === 'this-device' ? 'platform' : 'cross-platform',
    clientExtensionResults,
  };
}
