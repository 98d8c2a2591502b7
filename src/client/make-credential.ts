/**
 * create() on one authenticator: WebAuthn L3 section 5.1.3 step 22 ("an authenticator becomes available") and CTAP 2.1
 * section 6.1.1, platform side.
 */
import type { CommandRequest, CommandResponse, Permission } from '#protocol/commands.ts';
import type { Ceremony } from './ceremony.ts';
import { findSilently, fitsInOneRequest, type CtapCredentialDescriptor, selectCandidates } from './credential-list.ts';
import type { CreationOptions } from './credential-options.ts';
import type { AuthenticatorExtensions, RegistrationProcessor } from './extensions/extension.ts';
import { pinUvAuthParameters } from './pin-protocol.ts';
import type { SelectedAuthenticator } from './select-device.ts';
import {
  canVerifyUser,
  chooseVerification,
  type Verification,
  verifyUser,
  withPinFallback,
} from './user-verification.ts';

type MakeCredentialRequest = CommandRequest<'authenticatorMakeCredential'>;
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
}

export interface MakeCredentialResult {
  response: CommandResponse<'authenticatorMakeCredential'>;
  discoverable: boolean;
  /** The user was verified. */
  verified: boolean;
}

/** Whether an authenticator is a candidate at all. */
export function supportsCreation(info: AuthenticatorInfo, { options, pubKeyCredParams, processors }: CreationRequest) {
  const { residentKey, userVerification } = options;
  return (
    !(residentKey === 'required' && !canStore(info)) &&
    !(userVerification === 'required' && !canVerifyUser(info)) &&
    hasAlgorithm(info, pubKeyCredParams) &&
    processors.every((processor) => processor.suits?.(info) ?? true)
  );
}

const canStore = ({ options }: AuthenticatorInfo): boolean => options?.rk === true;

const hasAlgorithm = ({ algorithms }: AuthenticatorInfo, wanted: readonly { alg: number }[]): boolean =>
  !algorithms || algorithms.some(({ alg }) => wanted.some((parameter) => parameter.alg === alg));

/** Verifies the user as far as needed, looks for excluded credentials, and makes the credential. */
export async function makeCredential(
  authenticator: SelectedAuthenticator,
  request: CreationRequest,
  ceremony: Ceremony,
): Promise<MakeCredentialResult> {
  const { info, available } = authenticator;
  const { options, rpId } = request;
  const discoverable = effectiveResidentKey(info, options);
  const method = chooseVerification(info, {
    requirement: options.userVerification,
    command: 'mc',
    discoverable,
    mustBeDiscoverable: options.residentKey === 'required',
  });
  const possible = selectCandidates(options.excludeCredentials, info, available.device.transport);
  const mustSearch = possible.length > 0 && !isOneRequest(authenticator, request, discoverable, possible);
  const permissions: Permission[] = mustSearch ? ['mc', 'ga'] : ['mc'];
  const scope = { permissions, rpId };
  const proof = await verifyUser(authenticator, method, scope, ceremony);
  return withPinFallback(authenticator, proof, scope, ceremony, async (verification) => {
    const excludeList = mustSearch
      ? await foundOnDevice(authenticator, request, possible, verification, ceremony)
      : possible;
    const message = encodeCreation(info, request, discoverable, excludeList, verification, ceremony);
    const isExcluded = mustSearch && excludeList.length > 0;
    const response = await send(authenticator, message, isExcluded, verification, ceremony);
    return { response, discoverable, verified: verification.token !== undefined || verification.uvOption === true };
  });
}

/** The effective resident key requirement: `preferred` where the authenticator can and has room. */
function effectiveResidentKey(info: AuthenticatorInfo, { residentKey }: CreationOptions): boolean {
  if (residentKey === 'preferred') return canStore(info) && info.remainingDiscoverableCredentials !== 0;
  return residentKey === 'required';
}

/** The exclude list can go along as it is, by count and by size (a token adds at most 64 bytes, counted in). */
function isOneRequest(
  { ctap, info }: SelectedAuthenticator,
  request: CreationRequest,
  discoverable: boolean,
  excludeList: readonly CtapCredentialDescriptor[],
): boolean {
  if (!fitsInOneRequest(excludeList, info)) return false;
  const message = creationMessage(info, request, discoverable, excludeList);
  return ctap.fits('authenticatorMakeCredential', {
    ...message,
    pinUvAuthParam: new Uint8Array(64),
    enterpriseAttestation: 1,
  });
}

/** The one excluded credential that is on the authenticator, which it then refuses by itself after a touch. */
async function foundOnDevice(
  { ctap, info }: SelectedAuthenticator,
  { rpId, clientDataHash }: CreationRequest,
  possible: readonly CtapCredentialDescriptor[],
  { token }: Verification,
  ceremony: Ceremony,
): Promise<CtapCredentialDescriptor[]> {
  const probe = { ctap, info, rpId, clientDataHash, token };
  const found = await ceremony.measure('get-assertion', () => findSilently(possible, probe), 'Look for excluded');
  return found ? [found] : [];
}

function encodeCreation(
  info: AuthenticatorInfo,
  request: CreationRequest,
  discoverable: boolean,
  excludeList: readonly CtapCredentialDescriptor[],
  { token, uvOption }: Verification,
  ceremony: Ceremony,
): MakeCredentialRequest {
  const message = creationMessage(info, request, discoverable, excludeList);
  const enterprise = enterpriseAttestation(info, request, ceremony);
  return {
    ...message,
    ...(uvOption && { options: { ...message.options, uv: true } }),
    ...pinUvAuthParameters(token, request.clientDataHash),
    ...(enterprise && { enterpriseAttestation: enterprise }),
  };
}

/** Options are named only when they differ from their defaults: CTAP 2.0 authenticators refuse what they do not know. */
function creationMessage(
  info: AuthenticatorInfo,
  { options, rpId, pubKeyCredParams, clientDataHash, processors }: CreationRequest,
  discoverable: boolean,
  excludeList: readonly CtapCredentialDescriptor[],
): MakeCredentialRequest {
  const extensions: AuthenticatorExtensions = Object.assign(
    {},
    ...processors.map((processor) => processor.authenticatorInputs?.(info)),
  );
  const formats = options.attestation === 'none' ? ['none'] : options.attestationFormats;
  return {
    clientDataHash,
    rp: { id: rpId, name: options.rp.name },
    user: options.user,
    pubKeyCredParams,
    ...(excludeList.length > 0 && { excludeList: [...excludeList] }),
    ...(Object.keys(extensions).length > 0 && { extensions }),
    ...(discoverable && { options: { rk: true } }),
    ...(info.attestationFormats && formats.length > 0 && { attestationFormatsPreference: formats }),
  };
}

/** CTAP 2.1 section 7.1: only where the authenticator has it switched on and the client's vendor allows this RP ID. */
function enterpriseAttestation(info: AuthenticatorInfo, { options, rpId }: CreationRequest, ceremony: Ceremony) {
  if (options.attestation !== 'enterprise' || info.options?.ep !== true) return undefined;
  return ceremony.policy.enterpriseAttestation(rpId);
}

function send(
  { ctap }: SelectedAuthenticator,
  message: MakeCredentialRequest,
  isExcluded: boolean,
  verification: Verification,
  ceremony: Ceremony,
): Promise<CommandResponse<'authenticatorMakeCredential'>> {
  return ceremony.measure('make-credential', async () => {
    using watch = ceremony.watchPresence({
      why: isExcluded ? 'already-registered' : 'register',
      rpId: message.rp.id,
      verification: verification.uvOption === true,
    });
    return await ctap.send('authenticatorMakeCredential', message, watch);
  });
}
