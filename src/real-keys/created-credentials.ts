/** The credentials that a case created on a real key: which of them are stored, and deleting them after the case. */
import { equal, fromHex, toBase64url } from '#base/bytes.ts';
import { messageOf } from '#base/errors.ts';
import type { CredentialManagement } from '#client/credential-management.ts';
import { inspect } from '#protocol/cbor-reader.ts';
import type { PartyEvent, WireExchange } from '#result/transcript.ts';
import type { KeyState } from '#scenario/parties/key-under-test.ts';
import type { KeyConnection } from './key-connection.ts';

export type KeyEvent = Omit<PartyEvent, 'atMs'>;

/** Credential management of the key, or the reason why it cannot be used. */
export type ManagementAccess = { management: CredentialManagement } | { unavailable: string };

type CreatedCredentials = KeyConnection['createdCredentials'];

export const keyEvent = (event: string, detail: NonNullable<PartyEvent['detail']>): KeyEvent => ({
  party: 'authenticator',
  event,
  detail,
});

/** Returns those of `created` that the key stores; undefined if the key cannot be asked. */
export async function findStoredCredentials(
  created: CreatedCredentials,
  openManagement: () => Promise<ManagementAccess>,
): Promise<KeyState['credentials'] | undefined> {
  const discoverable = created.filter((credential) => credential.discoverable);
  if (discoverable.length === 0) return [];
  const access = await openManagement();
  if ('unavailable' in access) return undefined;
  const stored: Uint8Array[] = [];
  for (const rpId of new Set(discoverable.map((credential) => credential.rpId)))
    stored.push(...(await access.management.listCredentialIds(rpId)));
  return discoverable.filter(({ credentialId }) => stored.some((id) => equal(id, credentialId)));
}

/** Deletes all created credentials. Returns an event for each of them, and for each registration whose answer was lost. */
export async function deleteCreatedCredentials(
  { createdCredentials: created, wire }: Pick<KeyConnection, 'createdCredentials' | 'wire'>,
  openManagement: () => Promise<ManagementAccess>,
): Promise<readonly KeyEvent[]> {
  const deletable = created.filter(({ discoverable }) => discoverable).map(({ credentialId }) => credentialId);
  const { deleted, failure = 'it was not deleted' } = await deleteAll(deletable, openManagement);
  const unanswered = wire.filter(isUnansweredRegistration).map(({ request }) => mayStay(request));
  const answered = created.map(({ credentialId, rpId, discoverable }) => {
    const detail = { credentialId: toBase64url(credentialId), rpId };
    if (!discoverable) return keyEvent('credential.not-kept', detail);
    const isDeleted = deleted.some((id) => equal(id, credentialId));
    return isDeleted
      ? keyEvent('credential.removed', detail)
      : keyEvent('credential.stays', { ...detail, why: failure });
  });
  return [...answered, ...unanswered];
}

/** Stops at the first failure. */
async function deleteAll(
  credentialIds: readonly Uint8Array[],
  openManagement: () => Promise<ManagementAccess>,
): Promise<{ deleted: Uint8Array[]; failure?: string }> {
  const deleted: Uint8Array[] = [];
  if (credentialIds.length === 0) return { deleted };
  try {
    const access = await openManagement();
    if ('unavailable' in access) return { deleted, failure: access.unavailable };
    for (const id of credentialIds) {
      await access.management.delete(id);
      deleted.push(id);
    }
    return { deleted };
  } catch (error) {
    return { deleted, failure: messageOf(error) };
  }
}

const isUnansweredRegistration = ({ command, response }: WireExchange): boolean =>
  command === 'authenticatorMakeCredential' && response === undefined;

/** The key may have created the credential before its answer was lost. Its id is unknown, so it cannot be deleted. */
function mayStay(request: string): KeyEvent {
  const { value } = inspect(fromHex(request).subarray(1));
  const rp = value instanceof Map ? value.get(0x02) : undefined;
  const rpId = rp instanceof Map ? rp.get('id') : undefined;
  return keyEvent('credential.may-stay', {
    rpId: typeof rpId === 'string' ? rpId : '',
    why: 'the key was asked to create it, and its answer was lost',
  });
}
