/**
 * Exclude and allow lists that may be longer than an authenticator takes at once: CTAP 2.1 sections 6.1.1 and 6.2.1
 * (platform side), 6.4 (maxCredentialCountInList, maxCredentialIdLength).
 */
import { equal } from '#base/bytes.ts';
import { CtapError } from '#protocol/errors.ts';
import type { AuthenticatorInfo } from '#protocol/get-info.ts';
import type { CredentialDescriptor } from './credential-options.ts';
import type { Ctap2 } from './ctap2.ts';
import { type PinUvAuthToken, pinUvAuthParameters } from './pin-protocol.ts';

/** What goes into CTAP's list; transports are for the client only. */
export interface CtapCredentialDescriptor {
  type: string;
  id: Uint8Array;
}

/** Those of `credentials` that can be on this authenticator at all. */
export function selectCandidates(
  credentials: readonly CredentialDescriptor[],
  info: AuthenticatorInfo,
  transport: string,
): CtapCredentialDescriptor[] {
  const longest = info.maxCredentialIdLength ?? Number.POSITIVE_INFINITY;
  return credentials
    .filter(({ type, id }) => type === 'public-key' && id.length > 0 && id.length <= longest)
    .filter(({ transports }) => isReachable(transports, info.transports ?? [transport]))
    .map(({ type, id }) => ({ type, id }));
}

/** Transport hints may be stale, so a credential is left out only when none of its transports is one of the authenticator's. */
function isReachable(hinted: readonly string[] | undefined, transports: readonly string[]): boolean {
  return !hinted || hinted.length === 0 || hinted.some((transport) => transports.includes(transport));
}

interface Probe {
  ctap: Ctap2;
  info: AuthenticatorInfo;
  rpId: string;
  clientDataHash: Uint8Array;
  /** Credentials that need user verification show themselves only to a token. */
  token: PinUvAuthToken | undefined;
}

/** True when `list` may be sent as it is. An authenticator that gives no number takes one at a time. */
export const fitsInOneRequest = (list: readonly CtapCredentialDescriptor[], info: AuthenticatorInfo): boolean =>
  list.length <= mostAtOnce(info);

const mostAtOnce = (info: AuthenticatorInfo): number => Math.max(1, info.maxCredentialCountInList ?? 1);

/** Finds the first credential of `list` that is on the authenticator, silently (`up` false), chunk by chunk. */
export async function findSilently(
  list: readonly CtapCredentialDescriptor[],
  probe: Probe,
): Promise<CtapCredentialDescriptor | undefined> {
  for (const chunk of chunks(list, probe)) {
    const found = await probeChunk(chunk, probe);
    if (found) return found;
  }
  return undefined;
}

/** As many at a time as the authenticator's count and message size allow; one that fits nowhere is left out. */
function* chunks(list: readonly CtapCredentialDescriptor[], probe: Probe): Generator<CtapCredentialDescriptor[]> {
  const most = mostAtOnce(probe.info);
  let chunk: CtapCredentialDescriptor[] = [];
  for (const credential of list) {
    const larger = [...chunk, credential];
    if (larger.length <= most && probe.ctap.fits('authenticatorGetAssertion', request(larger, probe))) {
      chunk = larger;
      continue;
    }
    if (chunk.length > 0) yield chunk;
    chunk = probe.ctap.fits('authenticatorGetAssertion', request([credential], probe)) ? [credential] : [];
  }
  if (chunk.length > 0) yield chunk;
}

async function probeChunk(chunk: CtapCredentialDescriptor[], probe: Probe): Promise<CtapCredentialDescriptor | undefined> {
  try {
    const { credential } = await probe.ctap.send('authenticatorGetAssertion', request(chunk, probe));
    return chunk.find(({ id }) => equal(id, credential.id)) ?? chunk[0];
  } catch (error) {
    if (error instanceof CtapError && error.status === 'CTAP2_ERR_NO_CREDENTIALS') return undefined;
    throw error;
  }
}

const request = (allowList: CtapCredentialDescriptor[], { rpId, clientDataHash, token }: Probe) => ({
  rpId,
  clientDataHash,
  allowList,
  options: { up: false },
  ...pinUvAuthParameters(token, clientDataHash),
});
