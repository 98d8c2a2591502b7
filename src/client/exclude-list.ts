/** Searches an authenticator for credentials of the exclude list before makeCredential: CTAP 2.1 section 6.1.1, platform side. */
import { CtapError } from '#protocol/errors.ts';
import type { Ceremony } from './ceremony.ts';
import { type CtapCredentialDescriptor, findSilently, selectCandidates } from './credential-list.ts';
import type { CreationOptions } from './credential-options.ts';
import type { RegistrationProcessor } from './extensions/extension.ts';
import type { PinUvAuthToken } from './pin-protocol.ts';
import type { SelectedAuthenticator } from './select-device.ts';
import { waitForTouch } from './wait-for-touch.ts';

interface ExcludingRequest {
  options: CreationOptions;
  rpId: string;
  clientDataHash: Uint8Array;
  processors: readonly RegistrationProcessor[];
}

interface ExcludedSearch {
  authenticator: SelectedAuthenticator;
  request: ExcludingRequest;
  candidates: readonly CtapCredentialDescriptor[];
  token: PinUvAuthToken | undefined;
}

/** Returns the first excluded credential that is on the authenticator, which refuses it in makeCredential after a touch. */
export async function findExcluded(
  { authenticator, request, candidates, token }: ExcludedSearch,
  ceremony: Ceremony,
): Promise<CtapCredentialDescriptor[]> {
  const { ctap, info } = authenticator;
  const { rpId, clientDataHash } = request;
  const search = { ctap, info, rpId, clientDataHash, token };
  const found = await ceremony.measure('get-assertion', () => findSilently(candidates, search), 'Search exclude list');
  return found ? [found] : [];
}

/**
 * Refuses, after a touch, an authenticator that has an excluded credential under the alternative RP ID of an extension:
 * WebAuthn L3 section 10.1.2 step 4.
 * @throws {CtapError} CTAP2_ERR_CREDENTIAL_EXCLUDED
 */
export async function refuseAlternativelyExcluded(
  authenticator: SelectedAuthenticator,
  { options, rpId, clientDataHash, processors }: ExcludingRequest,
  ceremony: Ceremony,
): Promise<void> {
  const { ctap, info } = authenticator;
  const candidates = selectCandidates(options.excludeCredentials, info);
  for (const { alternativeRpId } of processors) {
    if (alternativeRpId === undefined) continue;
    const search = { ctap, info, rpId: alternativeRpId, clientDataHash, token: undefined };
    const found = await ceremony.measure(
      'get-assertion',
      () => findSilently(candidates, search),
      'Search exclude list',
    );
    if (!found) continue;
    using watch = ceremony.watchPresence({ why: 'already-registered', rpId, verification: false });
    await waitForTouch(authenticator, watch);
    throw new CtapError(
      'CTAP2_ERR_CREDENTIAL_EXCLUDED',
      `A credential of the exclude list exists for ${alternativeRpId}`,
    );
  }
}
