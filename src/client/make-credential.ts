/**
 * create() on one authenticator: WebAuthn L3 section 5.1.3 step 22 ("an authenticator becomes available") and CTAP 2.1
 * section 6.1.1, platform side.
 */
import type { CommandRequest, CommandResponse, Permission } from '#protocol/commands.ts';
import { CtapError } from '#protocol/errors.ts';
import type { Ceremony } from './ceremony.ts';
import { type CtapCredentialDescriptor, fitsInOneRequest, selectCandidates } from './credential-list.ts';
import type { CreationOptions } from './credential-options.ts';
import { findExcluded, refuseAlternativelyExcluded } from './exclude-list.ts';
import type { AuthenticatorExtensions, RegistrationProcessor } from './extensions/extension.ts';
import { pinUvAuthParameters } from './pin-protocol.ts';
import type { SelectedAuthenticator } from './select-device.ts';
import type { PresencePrompt } from './user-interaction.ts';
import {
  canVerifyUser,
  chooseVerification,
  type Verification,
  verifyUser,
  withPinFallback,
} from './user-verification.ts';

type MakeCredentialRequest = CommandRequest<'authenticatorMakeCredential'>;
type MakeCredentialResponse = CommandResponse<'authenticatorMakeCredential'>;
type AuthenticatorInfo = SelectedAuthenticator['info'];

/** A create() that has passed every check that needs no authenticator. */
export interface CreationRequest {
  options: CreationOptions;
  rpId: string;
  pubKeyCredParams: { type: string; alg: number }[];
  clientDataJSON: Uint8Array;
  clientDataHash: Uint8Array;
  processors: RegistrationProcessor[];
  timeoutMs: number;
  /** Requires neither user presence nor user verification: WebAuthn L3 section 5.1.3 (conditional mediation). */
  isConditional: boolean;
}

export interface MakeCredentialResult {
  response: MakeCredentialResponse;
  /** Whether a discoverable credential was requested. */
  discoverable: boolean;
  /** Whether the user was verified. */
  verified: boolean;
  /** Identifiers of the extension inputs that were sent. */
  requestedExtensions: string[];
}

/** Returns whether an authenticator fulfils the requirements of `request`. */
export function supportsCreation(info: AuthenticatorInfo, request: CreationRequest) {
  const { options, pubKeyCredParams, isConditional } = request;
  const { residentKey, userVerification } = options;
  return (
    !(residentKey === 'required' && !canStore(info)) &&
    !(userVerification === 'required' && !isConditional && !canVerifyUser(info)) &&
    hasCommonAlgorithm(info, pubKeyCredParams) &&
    fulfilsExtensions(info, request, effectiveResidentKey(info, options))
  );
}

const fulfilsExtensions = (info: AuthenticatorInfo, { processors }: CreationRequest, discoverable: boolean): boolean =>
  processors.every((processor) => processor.isSuitable?.(info, discoverable) ?? true);

const canStore = ({ options }: AuthenticatorInfo): boolean => options?.rk === true;

const hasCommonAlgorithm = ({ algorithms }: AuthenticatorInfo, requested: readonly { alg: number }[]): boolean =>
  !algorithms ||
  algorithms.some(({ type, alg }) => type === 'public-key' && requested.some((parameter) => parameter.alg === alg));

/** Verifies the user if necessary, searches for excluded credentials, and creates the credential. */
export async function makeCredential(
  authenticator: SelectedAuthenticator,
  request: CreationRequest,
  ceremony: Ceremony,
): Promise<MakeCredentialResult> {
  const { ctap, info } = authenticator;
  const { options, rpId } = request;
  await refuseAlternativelyExcluded(authenticator, request, ceremony);
  const discoverable = effectiveResidentKey(info, options);
  const method = request.isConditional
    ? 'none'
    : chooseVerification(info, {
        requirement: options.userVerification,
        command: 'mc',
        discoverable,
        mustBeDiscoverable: options.residentKey === 'required',
      });
  const candidates = selectCandidates(options.excludeCredentials, info);
  const mustSearch = candidates.length > 0 && !canSendWholeList(authenticator, request, discoverable, candidates);
  const permissions: Permission[] = mustSearch ? ['mc', 'ga'] : ['mc'];
  const scope = { permissions, rpId };
  const initial = await verifyUser(authenticator, method, scope, ceremony);
  return withPinFallback({ authenticator, verification: initial, scope, ceremony }, async (verification) => {
    const { token } = verification;
    const excludeList = mustSearch
      ? await findExcluded({ authenticator, request, candidates, token }, ceremony)
      : candidates;
    const why = mustSearch && excludeList.length > 0 ? 'already-registered' : 'register';
    const attempt = { info, request, discoverable, excludeList, verification };
    try {
      return await sendRequest(ctap, attempt, why, ceremony);
    } catch (error) {
      if (!mayCreateWithoutRk(error, attempt)) throw error;
      const renewed = (await verification.renew?.()) ?? verification;
      return sendRequest(ctap, { ...attempt, discoverable: false, verification: renewed }, why, ceremony);
    }
  });
}

/**
 * Returns whether a full key may create a server-side credential instead: `preferred` (WebAuthn L3 section 5.4.6) allows it.
 * Before CTAP 2.1 a key does not report the remaining space, so that only the error shows that it is full.
 */
const mayCreateWithoutRk = (error: unknown, { info, discoverable, request }: RequestParts): boolean =>
  error instanceof CtapError &&
  error.status === 'CTAP2_ERR_KEY_STORE_FULL' &&
  discoverable &&
  request.options.residentKey === 'preferred' &&
  fulfilsExtensions(info, request, false);

/** Returns whether to request a discoverable credential: `preferred` means yes if the authenticator has room for one. */
function effectiveResidentKey(info: AuthenticatorInfo, { residentKey }: CreationOptions): boolean {
  if (residentKey === 'preferred') return canStore(info) && info.remainingDiscoverableCredentials !== 0;
  return residentKey === 'required';
}

/** Returns whether the exclude list fits in the makeCredential request, by length and by size (a token adds up to 64 bytes). */
function canSendWholeList(
  { ctap, info }: SelectedAuthenticator,
  request: CreationRequest,
  discoverable: boolean,
  excludeList: readonly CtapCredentialDescriptor[],
): boolean {
  if (!fitsInOneRequest(excludeList, info)) return false;
  const message = baseRequest(info, request, discoverable, excludeList);
  return ctap.fits('authenticatorMakeCredential', {
    ...message,
    pinUvAuthParam: new Uint8Array(64),
    enterpriseAttestation: 1,
  });
}

interface RequestParts {
  info: AuthenticatorInfo;
  request: CreationRequest;
  discoverable: boolean;
  excludeList: readonly CtapCredentialDescriptor[];
  verification: Verification;
}

function encodeRequest(parts: RequestParts, ceremony: Ceremony): MakeCredentialRequest {
  const { info, request, discoverable, excludeList, verification } = parts;
  const message = baseRequest(info, request, discoverable, excludeList);
  const enterprise = enterpriseAttestation(info, request, ceremony);
  return {
    ...message,
    ...(verification.uvOption && { options: { ...message.options, uv: true } }),
    ...pinUvAuthParameters(verification.token, request.clientDataHash),
    ...(enterprise && { enterpriseAttestation: enterprise }),
  };
}

/** Returns the request without user verification. Omits default options, since CTAP 2.0 authenticators refuse unknown ones. */
function baseRequest(
  info: AuthenticatorInfo,
  { options, rpId, pubKeyCredParams, clientDataHash, processors, isConditional }: CreationRequest,
  discoverable: boolean,
  excludeList: readonly CtapCredentialDescriptor[],
): MakeCredentialRequest {
  const extensions: AuthenticatorExtensions = Object.assign(
    {},
    ...processors.map((processor) => processor.authenticatorInputs?.(info, discoverable)),
  );
  const formats = options.attestation === 'none' ? ['none'] : options.attestationFormats;
  return {
    clientDataHash,
    rp: { id: rpId, name: options.rp.name },
    user: options.user,
    pubKeyCredParams,
    ...(excludeList.length > 0 && { excludeList: [...excludeList] }),
    ...(Object.keys(extensions).length > 0 && { extensions }),
    ...((discoverable || isConditional) && {
      options: { ...(discoverable && { rk: true }), ...(isConditional && { up: false }) },
    }),
    ...(info.attestationFormats && formats.length > 0 && { attestationFormatsPreference: formats }),
  };
}

/** CTAP 2.1 section 7.1: only if the authenticator has it enabled and the client policy allows this RP ID. */
function enterpriseAttestation(info: AuthenticatorInfo, { options, rpId }: CreationRequest, ceremony: Ceremony) {
  if (options.attestation !== 'enterprise' || info.options?.ep !== true) return undefined;
  return ceremony.policy.enterpriseAttestation(rpId);
}

async function sendRequest(
  ctap: SelectedAuthenticator['ctap'],
  parts: RequestParts,
  why: PresencePrompt['why'],
  ceremony: Ceremony,
): Promise<MakeCredentialResult> {
  const { request, discoverable } = parts;
  const { token, uvOption = false } = parts.verification;
  const message = encodeRequest(parts, ceremony);
  const response = await ceremony.measure('make-credential', async () => {
    using watch = ceremony.watchPresence({ why, rpId: request.rpId, verification: uvOption });
    return await ctap.send('authenticatorMakeCredential', message, watch);
  });
  return {
    response,
    discoverable,
    verified: token !== undefined || uvOption,
    requestedExtensions: Object.keys(message.extensions ?? {}),
  };
}
