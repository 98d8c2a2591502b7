/**
 * navigator.credentials.create(): WebAuthn L3 section 5.1.3, with the spec's steps as functions in the spec's order.
 * Everything that can be refused without an authenticator is refused before one, or the user, is bothered.
 */
import { WebAuthnError } from '#protocol/errors.ts';
import type { CtapDevice } from '#transport/device.ts';
import { attestationObject } from './attestation-conveyance.ts';
import { type Ceremony, runCeremony } from './ceremony.ts';
import type { ClientContext } from './context.ts';
import type { NewCredential } from './credential.ts';
import { type RegistrationResponseJSON, toRegistrationJSON } from './credential-json.ts';
import {
  type CreationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  parseCreationOptions,
} from './credential-options.ts';
import { registrationProcessors } from './extensions/registry.ts';
import { type CreationRequest, type MakeCredentialResult, makeCredential, supportsCreation } from './make-credential.ts';
import { resolveRelyingPartyId } from './relying-party-id.ts';
import { ceremonyTimeoutMs, collectClientData } from './common-steps.ts';
import { checkNewCredential } from './response-checks.ts';
import { withSelectedAuthenticator, type SelectedAuthenticator } from './select-device.ts';
import { subjectPublicKeyInfo } from './subject-public-key-info.ts';
import { readable, readUncheckedCredential } from './unchecked-response.ts';

/**
 * create() from JSON to JSON (section 5.1.8, and 5.1 for toJSON()).
 * @throws {WebAuthnError} with the DOMException name the page gets; the page's own abort reason when it aborted.
 */
export async function create(
  options: PublicKeyCredentialCreationOptionsJSON,
  context: ClientContext,
): Promise<RegistrationResponseJSON> {
  return toRegistrationJSON(await createCredential(parseCreationOptions(options), context));
}

/**
 * create() in binary form.
 * @throws {WebAuthnError} with the DOMException name the page gets; the page's own abort reason when it aborted.
 */
export async function createCredential(options: CreationOptions, context: ClientContext): Promise<NewCredential> {
  const done = context.timeline?.start('client');
  try {
    const request = prepare(options, context);
    context.signal?.throwIfAborted(); // step 16
    return await runCeremony(context, request.timeoutMs, (ceremony) => register(request, ceremony));
  } finally {
    done?.();
  }
}

/** Steps 4 to 15. */
function prepare(options: CreationOptions, context: ClientContext): CreationRequest {
  const timeoutMs = ceremonyTimeoutMs(options.timeoutMs, context); // step 4
  checkUserHandle(options.user.id); // step 5
  const rpId = resolveRelyingPartyId(context.origin, options.rp.id); // steps 6 to 8
  const pubKeyCredParams = credentialParameters(options.pubKeyCredParams); // steps 9 and 10
  const processors = registrationProcessors(options.extensions); // steps 11 and 12
  const clientData = collectClientData('webauthn.create', options.challenge, context); // steps 13 to 15
  return { options, rpId, pubKeyCredParams, processors, timeoutMs, ...clientData };
}

/** Step 5. */
function checkUserHandle(id: Uint8Array): void {
  if (id.length < 1 || id.length > 64)
    throw new WebAuthnError('TypeError', `cannot use user.id: 1 to 64 bytes are wanted, found ${id.length}`);
}

/** Steps 9 and 10: ES256 and RS256 when the page names none; unknown types are passed over. */
function credentialParameters(offered: CreationOptions['pubKeyCredParams']): CreationOptions['pubKeyCredParams'] {
  if (offered.length === 0) return [-7, -257].map((alg) => ({ type: 'public-key', alg }));
  const supported = offered.filter(({ type }) => type === 'public-key');
  if (supported.length > 0) return supported;
  throw new WebAuthnError(
    'NotSupportedError',
    'cannot make a credential: no pubKeyCredParams entry is of type public-key',
  );
}

/** Steps 17 to 22. */
async function register(request: CreationRequest, ceremony: Ceremony): Promise<NewCredential> {
  const { options, rpId } = request;
  const selection = {
    rpId,
    attachment: options.authenticatorAttachment,
    hints: options.hints,
    suits: (info: SelectedAuthenticator['info']) => supportsCreation(info, request),
  };
  return withSelectedAuthenticator(selection, ceremony, async (authenticator) => {
    const made = await makeCredential(authenticator, request, ceremony);
    const credential = constructCredential(made, authenticator, request, ceremony);
    await review(authenticator, request, ceremony);
    return credential;
  });
}

/** "If any authenticator indicates success": constructCredentialAlg. */
function constructCredential(
  { response, discoverable, verified }: MakeCredentialResult,
  { available, info }: SelectedAuthenticator,
  { options, rpId, pubKeyCredParams, clientDataJSON, processors }: CreationRequest,
  { policy }: Ceremony,
): NewCredential {
  const algorithms = pubKeyCredParams.map(({ alg }) => alg);
  const { attestedCredentialData, credentialPublicKey, alg, extensions } =
    policy.checks === 'strict'
      ? checkNewCredential(response.authData, { rpId, verified, algorithms })
      : readUncheckedCredential(response.authData, algorithms[0]!);
  const spki = () => credentialPublicKey && subjectPublicKeyInfo(credentialPublicKey);
  const outcome = { outputs: extensions ?? new Map(), discoverable };
  return {
    id: attestedCredentialData.credentialId,
    clientDataJSON,
    attestationObject: attestationObject(response, attestedCredentialData, options.attestation),
    authenticatorData: response.authData,
    publicKey: policy.checks === 'strict' ? spki() : readable(spki),
    publicKeyAlgorithm: alg,
    transports: knownTransports(info.transports, available.device),
    authenticatorAttachment: available.kind === 'this-device' ? 'platform' : 'cross-platform',
    clientExtensionResults: Object.assign({}, ...processors.map((processor) => processor.clientOutputs?.(outcome))),
  };
}

/** Unique and in lexicographical order, section 5.2.1. */
const knownTransports = (told: readonly string[] | undefined, { transport }: CtapDevice): string[] =>
  [...new Set([...(told ?? []), transport])].sort();

/** The dialog's last page: make and model of the key go to a site that asked for attestation. */
async function review(
  { available }: SelectedAuthenticator,
  { options, rpId }: CreationRequest,
  ceremony: Ceremony,
): Promise<void> {
  const prompt = {
    rpId,
    userName: options.user.name,
    authenticator: available.label,
    attestation: options.attestation !== 'none',
  };
  await ceremony.ask('Review', (user, signal) => user.review(prompt, signal));
}
