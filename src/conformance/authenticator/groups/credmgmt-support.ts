/** Requests of credentialManagement, CTAP 2.1 section 6.8. */
import type { CborKey, CborMap, CborValue } from '#protocol/cbor.ts';
import { sha256 } from '#protocol/crypto.ts';
import { credentialManagementSubCommands as sub } from '#protocol/management.ts';
import { type ManagementRequest, credentialManagement as management, sendManagement } from '../management.ts';
import type { RequestMember } from '../members.ts';
import { hasDiscoverableCredentials, optionIsTrue } from '../preconditions.ts';
import { descriptorOf, register } from '../registration.ts';
import type { TestContext } from '../test-context.ts';
import type { TestCredential } from '../test-credential.ts';

export const command = 'authenticatorCredentialManagement';

export const authInvalid = 'CTAP2_ERR_PIN_AUTH_INVALID';

export const noCredentials = 'CTAP2_ERR_NO_CREDENTIALS';

export const map = (...entries: [CborKey, CborValue][]): CborMap => new Map(entries);

export const send = (context: TestContext, request: ManagementRequest) => sendManagement(context, management, request);

export const metadata: ManagementRequest = { subCommand: sub.getCredsMetadata };

export const firstRp: ManagementRequest = { subCommand: sub.enumerateRPsBegin };

export const firstOf = (rpId: string): ManagementRequest => ({
  subCommand: sub.enumerateCredentialsBegin,
  params: map([0x01, sha256(rpId)]),
});

export const deletionOf = (id: Uint8Array): ManagementRequest => ({
  subCommand: sub.deleteCredential,
  params: map([0x02, descriptorOf(id)]),
});

export const updateOf = ({ id, userId }: TestCredential, name = 'new name'): ManagementRequest => ({
  subCommand: sub.updateUserInformation,
  params: map([0x02, descriptorOf(id)], [0x03, map(['id', userId], ['name', name])]),
});

export const create = (context: TestContext, index = 1, rpId = context.rpId) =>
  register(context, { rk: true, rpId, userId: new Uint8Array(16).fill(index) });

export const params: readonly RequestMember[] = [
  { name: 'subCommand', path: [0x01], type: 'unsigned', required: true },
  { name: 'subCommandParams', path: [0x02], type: 'map' },
  { name: 'pinUvAuthProtocol', path: [0x03], type: 'unsigned', required: true },
  { name: 'pinUvAuthParam', path: [0x04], type: 'bytes' },
];

export const managementGroup = {
  group: 'credmgmt',
  document: 'CTAP 2.1',
  state: 'pin' as const,
  preconditions: [optionIsTrue('credMgmt'), hasDiscoverableCredentials],
};
