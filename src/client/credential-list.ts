/**
 * Exclude and allow lists, which may be longer than an authenticator accepts in one request: CTAP 2.1 sections 6.1.1 and
 * 6.2.1 (platform side), 6.4 (maxCredentialCountInList, maxCredentialIdLength). A longer list is searched with silent
 * getAssertion requests (`up` false), known as pre-flight.
 */
import { equal } from '#base/bytes.ts';
import { CtapError } from '#protocol/errors.ts';
import type { AuthenticatorInfo } from '#protocol/get-info.ts';
import type { CredentialDescriptor } from './credential-options.ts';
import type { CtapCommands } from './ctap2.ts';
import { type PinUvAuthToken, pinUvAuthParameters } from './pin-protocol.ts';

/** A PublicKeyCredentialDescriptor as CTAP sends it; its transports are for the client only. */
export interface CtapCredentialDescriptor {
  type: string;
  id: Uint8Array;
}

/**
 * Returns the `credentials` that this authenticator may hold, by type and id length. Unknown types are ignored. Transports
 * are hints that may be outdated or unknown (WebAuthn L3 section 5.8.3), so they exclude no credential.
 */
export function selectCandidates(
  credentials: readonly CredentialDescriptor[],
  { maxCredentialIdLength = Number.POSITIVE_INFINITY }: AuthenticatorInfo,
): CtapCredentialDescriptor[] {
  return credentials
    .filter(({ type, id }) => type === 'public-key' && id.length > 0 && id.length <= maxCredentialIdLength)
    .map(({ type, id }) => ({ type, id }));
}

/** What a silent search needs to build its requests. */
interface SilentSearch {
  ctap: CtapCommands;
  info: AuthenticatorInfo;
  rpId: string;
  clientDataHash: Uint8Array;
  /** Credentials that require user verification are found only with a token. */
  token: PinUvAuthToken | undefined;
}

/** Returns whether the authenticator accepts `list` by its length. Without maxCredentialCountInList the limit is 1. */
export const fitsInOneRequest = (list: readonly CtapCredentialDescriptor[], info: AuthenticatorInfo): boolean =>
  list.length <= maxListLength(info);

const maxListLength = (info: AuthenticatorInfo): number => Math.max(1, info.maxCredentialCountInList ?? 1);

/** Returns the first credential of `list` that is on the authenticator, without a touch; undefined when there is none. */
export async function findSilently(
  list: readonly CtapCredentialDescriptor[],
  search: SilentSearch,
): Promise<CtapCredentialDescriptor | undefined> {
  for (const chunk of splitIntoChunks(list, search)) {
    const found = await searchChunk(chunk, search);
    if (found) return found;
  }
  return undefined;
}

/** Yields chunks that respect the authenticator's list length and message size. Skips a credential that never fits. */
function* splitIntoChunks(
  list: readonly CtapCredentialDescriptor[],
  search: SilentSearch,
): Generator<CtapCredentialDescriptor[]> {
  const maxLength = maxListLength(search.info);
  const fitsMessage = (chunk: CtapCredentialDescriptor[]) =>
    search.ctap.fits('authenticatorGetAssertion', silentRequest(chunk, search));
  let chunk: CtapCredentialDescriptor[] = [];
  for (const credential of list) {
    const larger = [...chunk, credential];
    if (larger.length <= maxLength && fitsMessage(larger)) {
      chunk = larger;
      continue;
    }
    if (chunk.length > 0) yield chunk;
    chunk = fitsMessage([credential]) ? [credential] : [];
  }
  if (chunk.length > 0) yield chunk;
}

async function searchChunk(
  chunk: CtapCredentialDescriptor[],
  search: SilentSearch,
): Promise<CtapCredentialDescriptor | undefined> {
  try {
    const { credential } = await search.ctap.send('authenticatorGetAssertion', silentRequest(chunk, search));
    return chunk.find(({ id }) => equal(id, credential.id)) ?? chunk[0];
  } catch (error) {
    if (error instanceof CtapError && error.status === 'CTAP2_ERR_NO_CREDENTIALS') return undefined;
    throw error;
  }
}

const silentRequest = (allowList: CtapCredentialDescriptor[], { rpId, clientDataHash, token }: SilentSearch) => ({
  rpId,
  clientDataHash,
  allowList,
  options: { up: false },
  ...pinUvAuthParameters(token, clientDataHash),
});
