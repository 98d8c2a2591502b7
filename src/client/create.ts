/**
 * navigator.credentials.create(), WebAuthn L3 section 5.1.3. The functions below are the spec's steps in the spec's order.
 * Every check that needs no authenticator runs before one is contacted and before a prompt is shown.
 */
import { WebAuthnError } from '#protocol/errors.ts';
import type { CtapDevice } from '#transport/device.ts';
import { encodeAttestationObject } from './attestation-conveyance.ts';
import { type Ceremony, runCeremony } from './ceremony.ts';
import { ceremonyTimeoutMs, collectClientData } from './common-steps.ts';
import { selectCredentialManager } from './conditional-create.ts';
import type { ClientContext } from './context.ts';
import type { NewCredential } from './credential.ts';
import { type RegistrationResponseJSON, toRegistrationJSON } from './credential-json.ts';
import {
  type CreationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  parseCreationOptions,
} from './credential-options.ts';
import { checkRegistrationOutputs } from './extensions/output-checks.ts';
import { createRegistrationProcessors } from './extensions/registry.ts';
import {
  type CreationRequest,
  type MakeCredentialResult,
  makeCredential,
  supportsCreation,
} from './make-credential.ts';
import { resolveRelyingPartyId } from './relying-party-id.ts';
import { checkNewCredential } from './response-checks.ts';
import { type SelectedAuthenticator, withSelectedAuthenticator } from './select-device.ts';
import { encodePublicKey } from './subject-public-key-info.ts';
import { readUncheckedCredential, undefinedIfMalformed } from './unchecked-response.ts';

/**
 * create() with JSON options and a JSON result (section 5.1.8, and 5.1 for toJSON()).
 * @throws {WebAuthnError} with the DOMException name for the page; the page's own abort reason when the page aborted.
 */
export async function create(
  options: PublicKeyCredentialCreationOptionsJSON,
  context: ClientContext,
): Promise<RegistrationResponseJSON> {
  return toRegistrationJSON(await createCredential(parseCreationOptions(options), context));
}

/**
 * create() with binary options and a binary result.
 * @throws {WebAuthnError} with the DOMException name for the page; the page's own abort reason when the page aborted.
 */
export async function createCredential(options: CreationOptions, context: ClientContext): Promise<NewCredential> {
  const done = context.timeline?.start('client');
  try {
    const request = await prepareRequest(options, context);
    context.signal?.throwIfAborted(); // step 16
    return await runCeremony(context, request.timeoutMs, (ceremony) => register(request, ceremony));
  } finally {
    done?.();
  }
}

/** Steps 4 to 15. */
async function prepareRequest(options: CreationOptions, context: ClientContext): Promise<CreationRequest> {
  const timeoutMs = ceremonyTimeoutMs(options.timeoutMs, context); // step 4
  checkUserHandle(options.user.id); // step 5
  const rpId = await resolveRelyingPartyId(context, options.rp.id); // steps 6 to 8
  const pubKeyCredParams = resolveCredentialParameters(options.pubKeyCredParams); // steps 9 and 10
  const processors = createRegistrationProcessors(options.extensions, context); // steps 11 and 12
  const clientData = collectClientData('webauthn.create', options.challenge, context); // steps 13 to 15
  const isConditional = context.mediation === 'conditional';
  return { options, rpId, pubKeyCredParams, processors, timeoutMs, isConditional, ...clientData };
}

/** Step 5. */
function checkUserHandle(id: Uint8Array): void {
  if (id.length < 1 || id.length > 64)
    throw new WebAuthnError('TypeError', `Cannot use user.id: expected 1 to 64 bytes, got ${id.length}`);
}

/** Steps 9 and 10: defaults to ES256 and RS256 when the list is empty, and ignores unknown credential types. */
function resolveCredentialParameters(
  parameters: CreationOptions['pubKeyCredParams'],
): CreationOptions['pubKeyCredParams'] {
  if (parameters.length === 0) return [-7, -257].map((alg) => ({ type: 'public-key', alg }));
  const supported = parameters.filter(({ type }) => type === 'public-key');
  if (supported.length > 0) return supported;
  throw new WebAuthnError(
    'NotSupportedError',
    'Cannot create a credential: no entry of pubKeyCredParams has the type "public-key"',
  );
}

/** Steps 17 to 22. */
async function register(request: CreationRequest, ceremony: Ceremony): Promise<NewCredential> {
  if (request.isConditional) return registerConditionally(request, ceremony);
  const { options, rpId } = request;
  const selection = {
    rpId,
    attachment: options.authenticatorAttachment,
    hints: options.hints,
    isSuitable: (info: SelectedAuthenticator['info']) => supportsCreation(info, request),
  };
  return withSelectedAuthenticator(selection, ceremony, async (authenticator) => {
    const result = await makeCredential(authenticator, request, ceremony);
    const credential = constructCredential(result, authenticator, request, ceremony);
    await reviewWithUser(authenticator, request, ceremony);
    return credential;
  });
}

/** Step 19 and the same request without any prompt. */
async function registerConditionally(request: CreationRequest, ceremony: Ceremony): Promise<NewCredential> {
  const authenticator = await selectCredentialManager(request, ceremony);
  const result = await makeCredential(authenticator, request, ceremony);
  return constructCredential(result, authenticator, request, ceremony);
}

/** Step 22, "If any authenticator indicates success": constructCredentialAlg. */
function constructCredential(
  { response, discoverable, verified, requestedExtensions }: MakeCredentialResult,
  { available, info }: SelectedAuthenticator,
  { options, rpId, pubKeyCredParams, clientDataJSON, processors, isConditional }: CreationRequest,
  { policy }: Ceremony,
): NewCredential {
  const algorithms = pubKeyCredParams.map(({ alg }) => alg);
  const isStrict = policy.checks === 'strict';
  const { attestedCredentialData, credentialPublicKey, alg, extensions } = isStrict
    ? checkNewCredential(response.authData, { rpId, verified, mayBeAbsent: isConditional, algorithms })
    : readUncheckedCredential(response.authData, algorithms);
  const outputs = extensions ?? new Map();
  if (isStrict) checkRegistrationOutputs(outputs, processors, info, { requested: requestedExtensions, policy });
  const encodeKey = () => credentialPublicKey && encodePublicKey(credentialPublicKey);
  const outcome = { outputs, discoverable, response };
  return {
    id: attestedCredentialData.credentialId,
    clientDataJSON,
    attestationObject: encodeAttestationObject(response, attestedCredentialData, options.attestation),
    authenticatorData: response.authData,
    publicKey: isStrict ? encodeKey() : undefinedIfMalformed(encodeKey),
    publicKeyAlgorithm: alg,
    transports: listTransports(info.transports, available.device),
    authenticatorAttachment: available.kind === 'this-device' ? 'platform' : 'cross-platform',
    clientExtensionResults: Object.assign({}, ...processors.map((processor) => processor.clientOutputs?.(outcome))),
  };
}

/** AuthenticatorTransport, section 5.8.4. */
const knownTransports: readonly string[] = ['ble', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'];

/**
 * Returns the reported transports and the one in use, unique and in lexicographical order: section 5.2.1. Values that this
 * client does not support are ignored, as section 5.1.3 (construct credential) requires.
 */
const listTransports = (reported: readonly string[] = [], { transport }: CtapDevice): string[] =>
  knownTransports.filter((known) => known === transport || reported.includes(known));

/** Shows the last page of the dialog. A site that requested attestation gets the make and model of the key. */
async function reviewWithUser(
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
  await ceremony.askUser('Review', (user, signal) => user.review(prompt, signal));
}
