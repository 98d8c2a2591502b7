/** credmgmt: authenticatorCredentialManagement, CTAP 2.1 section 6.8. */
import { toHex } from '#base/bytes.ts';
import type { CborKey, CborMap, CborValue } from '#protocol/cbor.ts';
import { sha256 } from '#protocol/crypto.ts';
import { credentialManagementSubCommands as sub } from '#protocol/management.ts';
import { sendAssertion } from '../assertion.ts';
import {
  check,
  checkEqual,
  checkEqualBytes,
  checkRefused,
  checkStatus,
  checkSuccess,
  readBytes,
  readMap,
  readText,
  readUnsigned,
} from '../checks.ts';
import { setUp } from '../failures.ts';
import { formatCbor } from '../format-cbor.ts';
import {
  buildManagement,
  type ManagementRequest,
  credentialManagement as management,
  sendManagement,
} from '../management.ts';
import { memberRequirements, type RequestMember } from '../members.ts';
import { getToken } from '../pin.ts';
import {
  fromVersion,
  hasDiscoverableCredentials,
  hasExtension,
  hasOption,
  hasTokens,
  optionIsTrue,
} from '../preconditions.ts';
import { descriptorOf, register, type TestCredential } from '../registration.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import type { TestContext } from '../test-context.ts';
import { tokenRequirementsOf } from '../token-checks.ts';

const command = 'authenticatorCredentialManagement';
const authInvalid = 'CTAP2_ERR_PIN_AUTH_INVALID';
const noCredentials = 'CTAP2_ERR_NO_CREDENTIALS';
const notAllowed = 'CTAP2_ERR_NOT_ALLOWED';

const map = (...entries: [CborKey, CborValue][]): CborMap => new Map(entries);
const send = (context: TestContext, request: ManagementRequest) => sendManagement(context, management, request);
const metadata: ManagementRequest = { subCommand: sub.getCredsMetadata };
const firstRp: ManagementRequest = { subCommand: sub.enumerateRPsBegin };
const firstOf = (rpId: string): ManagementRequest => ({
  subCommand: sub.enumerateCredentialsBegin,
  params: map([0x01, sha256(rpId)]),
});
const deletionOf = (id: Uint8Array): ManagementRequest => ({
  subCommand: sub.deleteCredential,
  params: map([0x02, descriptorOf(id)]),
});
const updateOf = ({ id, userId }: TestCredential, name = 'new name'): ManagementRequest => ({
  subCommand: sub.updateUserInformation,
  params: map([0x02, descriptorOf(id)], [0x03, map(['id', userId], ['name', name])]),
});
const next = (context: TestContext, subCommand: number) => context.send(command, map([0x01, subCommand]));

const create = (context: TestContext, index = 1, rpId = context.rpId) =>
  register(context, { rk: true, rpId, userId: new Uint8Array(16).fill(index) });

const reading: RequirementInput[] = [
  {
    id: 'metadata.form',
    title: 'getCredsMetadata returns how many credentials are stored and how many more are possible',
    section: '6.8.2',
    provenBy: ['credmgmt.count-missing'],
    async run(context) {
      const members = checkSuccess(await send(context, metadata));
      readUnsigned(members, 0x01, 'existingResidentCredentialsCount');
      readUnsigned(members, 0x02, 'maxPossibleRemainingResidentCredentialsCount');
    },
  },
  {
    id: 'metadata.count',
    title: 'existingResidentCredentialsCount increases with each discoverable credential',
    section: '6.8.2',
    provenBy: ['credmgmt.count-too-many'],
    async run(context) {
      const before = readUnsigned(checkSuccess(await send(context, metadata)), 0x01, 'the count');
      await create(context);
      checkEqual(checkSuccess(await send(context, metadata)).get(0x01), before + 1, 'existingResidentCredentialsCount');
    },
  },
  {
    id: 'metadata.remaining',
    title: 'maxPossibleRemainingResidentCredentialsCount is above zero while a credential can be stored',
    section: '6.8.2',
    provenBy: ['credmgmt.room-denied'],
    async run(context) {
      const left = readUnsigned(checkSuccess(await send(context, metadata)), 0x02, 'the remaining count');
      await create(context);
      check(left > 0, 'Expected space for the credential that was then stored, got 0');
    },
  },
  {
    id: 'rps.form',
    title: 'enumerateRPsBegin returns rp, rpIDHash and totalRPs',
    section: '6.8.3',
    provenBy: ['credmgmt.rp-missing', 'credmgmt.rp-id-missing'],
    async run(context) {
      await create(context);
      const members = checkSuccess(await send(context, firstRp));
      readText(readMap(members, 0x03, 'rp'), 'id', 'rp.id');
      readBytes(members, 0x04, 'rpIDHash');
      readUnsigned(members, 0x05, 'totalRPs');
    },
  },
  {
    id: 'rps.hash',
    title: 'rpIDHash is the SHA-256 of rp.id',
    section: '6.8.3',
    provenBy: ['credmgmt.rp-id-hash-other'],
    async run(context) {
      await create(context);
      const members = checkSuccess(await send(context, firstRp));
      const rpId = readText(readMap(members, 0x03, 'rp'), 'id', 'rp.id');
      checkEqualBytes(readBytes(members, 0x04, 'rpIDHash'), sha256(rpId), 'rpIDHash');
    },
  },
  {
    id: 'rps.all',
    title: 'enumerateRPsBegin and enumerateRPsGetNextRP return each relying party once',
    section: '6.8.3',
    provenBy: ['credmgmt.total-too-many', 'credmgmt.next-refused'],
    async run(context) {
      await create(context);
      await create(context, 1, `other-${context.rpId}`);
      const first = checkSuccess(await send(context, firstRp));
      const total = readUnsigned(first, 0x05, 'totalRPs');
      const found = [toHex(readBytes(first, 0x04, 'rpIDHash'))];
      while (found.length < total)
        found.push(toHex(readBytes(checkSuccess(await next(context, sub.enumerateRPsGetNextRP)), 0x04, 'rpIDHash')));
      checkEqual(new Set(found).size, total, 'the number of different relying parties');
    },
  },
  {
    id: 'rps.next-total',
    title: 'enumerateRPsGetNextRP returns no totalRPs',
    section: '6.8.3',
    provenBy: ['credmgmt.next-with-total'],
    async run(context) {
      await create(context);
      await create(context, 1, `other-${context.rpId}`);
      await setUp('list the first relying party', async () => checkSuccess(await send(context, firstRp)));
      const members = checkSuccess(await next(context, sub.enumerateRPsGetNextRP));
      check(!members.has(0x05), 'Expected no totalRPs');
    },
  },
  {
    id: 'rps.none',
    title: `enumerateRPsBegin without credentials is refused with ${noCredentials}`,
    section: '6.8.3',
    provenBy: ['ignored-error.no-credentials', 'status.no-credentials-as-invalid'],
    accepted: [noCredentials],
    run: async (context) => checkStatus(await send(context, firstRp), noCredentials),
  },
  {
    id: 'credentials.form',
    title: 'enumerateCredentialsBegin returns user, credentialID, publicKey and totalCredentials',
    section: '6.8.4',
    provenBy: ['credmgmt.credential-incomplete'],
    async run(context) {
      const credential = await create(context);
      const members = checkSuccess(await send(context, firstOf(context.rpId)));
      checkEqualBytes(readBytes(readMap(members, 0x06, 'user'), 'id', 'user.id'), credential.userId, 'user.id');
      checkEqualBytes(readBytes(readMap(members, 0x07, 'credentialID'), 'id', 'the id'), credential.id, 'the id');
      checkEqual(readUnsigned(members, 0x09, 'totalCredentials'), 1, 'totalCredentials');
    },
  },
  {
    id: 'credentials.public-key',
    title: 'publicKey is that of the registration',
    section: '6.8.4',
    provenBy: ['credmgmt.public-key-other'],
    async run(context) {
      const { publicKey } = await create(context);
      const members = checkSuccess(await send(context, firstOf(context.rpId)));
      checkEqual(formatCbor(readMap(members, 0x08, 'publicKey')), formatCbor(publicKey), 'publicKey');
    },
  },
  {
    id: 'credentials.names',
    title: 'user contains the names of the registration',
    section: '6.8.4',
    provenBy: ['registration.user-name-lost'],
    async run(context) {
      await create(context);
      const user = readMap(checkSuccess(await send(context, firstOf(context.rpId))), 0x06, 'user');
      checkEqual(user.get('name'), 'alice', 'user.name');
    },
  },
  {
    id: 'credentials.cred-protect',
    title: 'credProtect is the level of the registration',
    section: '6.8.4',
    provenBy: ['extension.all-ignored', 'credmgmt.cred-protect-missing'],
    preconditions: [hasExtension('credProtect')],
    async run(context) {
      await register(context, { rk: true, extensions: map(['credProtect', 3]) });
      checkEqual(checkSuccess(await send(context, firstOf(context.rpId))).get(0x0a), 3, 'credProtect');
    },
  },
  {
    id: 'credentials.large-blob-key',
    title: 'largeBlobKey is that of the registration',
    section: '6.8.4',
    provenBy: ['extension.all-ignored', 'credmgmt.large-blob-key-missing'],
    preconditions: [hasExtension('largeBlobKey')],
    async run(context) {
      const { members } = await register(context, { rk: true, extensions: map(['largeBlobKey', true]) });
      const listed = readBytes(checkSuccess(await send(context, firstOf(context.rpId))), 0x0b, 'largeBlobKey');
      checkEqualBytes(listed, readBytes(members, 0x05, 'largeBlobKey of the registration'), 'largeBlobKey');
    },
  },
  {
    id: 'credentials.all',
    title: 'Each credential of the relying party is returned once',
    section: '6.8.4',
    provenBy: ['credmgmt.next-refused'],
    async run(context) {
      for (const index of [1, 2, 3]) await create(context, index);
      const first = checkSuccess(await send(context, firstOf(context.rpId)));
      checkEqual(first.get(0x09), 3, 'totalCredentials');
      const idIn = (members: CborMap) => toHex(readBytes(readMap(members, 0x07, 'credentialID'), 'id', 'the id'));
      const found = [idIn(first)];
      while (found.length < 3)
        found.push(idIn(checkSuccess(await next(context, sub.enumerateCredentialsGetNextCredential))));
      checkEqual(new Set(found).size, 3, 'the number of different credentials');
    },
  },
  {
    id: 'credentials.none',
    title: `enumerateCredentialsBegin for an unknown relying party is refused with ${noCredentials}`,
    section: '6.8.4',
    provenBy: ['ignored-error.no-credentials', 'status.no-credentials-as-invalid'],
    accepted: [noCredentials],
    run: async (context) => checkStatus(await send(context, firstOf('unknown.example')), noCredentials),
  },
];

const sequences: RequirementInput[] = [
  ...(
    [
      ['rps', 'enumerateRPsGetNextRP', sub.enumerateRPsGetNextRP, '6.8.3'],
      ['credentials', 'enumerateCredentialsGetNextCredential', sub.enumerateCredentialsGetNextCredential, '6.8.4'],
    ] as const
  ).map(
    ([id, title, code, section]): RequirementInput => ({
      id: `${id}.next-without-begin`,
      title: `${title} without an enumeration is refused with ${notAllowed}`,
      section,
      provenBy: ['ignored-error.not-allowed', 'status.not-allowed-as-command'],
      accepted: [notAllowed],
      run: async (context) => checkStatus(await next(context, code), notAllowed),
    }),
  ),
  {
    id: 'rps.next-after-other-command',
    title: `enumerateRPsGetNextRP after another command is refused with ${notAllowed}`,
    section: '6.8.3',
    provenBy: ['assertion.sequence-survives'],
    accepted: [notAllowed],
    async run(context) {
      await create(context);
      await create(context, 1, `other-${context.rpId}`);
      await setUp('list the first relying party', async () => checkSuccess(await send(context, firstRp)));
      await context.readInfo();
      checkStatus(await next(context, sub.enumerateRPsGetNextRP), notAllowed);
    },
  },
];

const changing: RequirementInput[] = [
  {
    id: 'delete.deletes',
    title: 'deleteCredential removes the credential',
    section: '6.8.5',
    provenBy: ['credmgmt.delete-ignored'],
    async run(context) {
      const { id } = await create(context);
      checkSuccess(await send(context, deletionOf(id)));
      checkStatus(await sendAssertion(context, { verified: true }), noCredentials);
    },
  },
  {
    id: 'delete.others-stay',
    title: 'deleteCredential keeps the other credentials',
    section: '6.8.5',
    provenBy: ['registration.one-user-only'],
    async run(context) {
      const kept = await create(context, 1);
      const deleted = await create(context, 2);
      checkSuccess(await send(context, deletionOf(deleted.id)));
      checkSuccess(await sendAssertion(context, { verified: true, allowList: [kept] }));
    },
  },
  {
    id: 'delete.unknown',
    title: `deleteCredential of an unknown credential is refused with ${noCredentials}`,
    section: '6.8.5',
    provenBy: ['ignored-error.no-credentials', 'status.no-credentials-as-invalid'],
    accepted: [noCredentials],
    run: async (context) => checkStatus(await send(context, deletionOf(new Uint8Array(32))), noCredentials),
  },
  {
    id: 'delete.twice',
    title: `A deleted credential cannot be deleted again`,
    section: '6.8.5',
    provenBy: ['credmgmt.delete-ignored', 'ignored-error.no-credentials'],
    accepted: [noCredentials],
    async run(context) {
      const { id } = await create(context);
      await setUp('delete the credential', async () => checkSuccess(await send(context, deletionOf(id))));
      checkStatus(await send(context, deletionOf(id)), noCredentials);
    },
  },
  {
    id: 'update.changes',
    title: 'updateUserInformation replaces the names of the user',
    section: '6.8.6',
    provenBy: ['credmgmt.update-ignored'],
    async run(context) {
      checkSuccess(await send(context, updateOf(await create(context))));
      const user = readMap(checkSuccess(await send(context, firstOf(context.rpId))), 0x06, 'user');
      checkEqual(user.get('name'), 'new name', 'user.name');
      check(!user.has('displayName'), 'Expected displayName to be removed, because the request had none');
    },
  },
  {
    id: 'update.other-user',
    title: 'updateUserInformation with another user.id is refused with CTAP1_ERR_INVALID_PARAMETER',
    section: '6.8.6',
    provenBy: ['ignored-error.invalid-parameter'],
    accepted: ['CTAP1_ERR_INVALID_PARAMETER'],
    async run(context) {
      const credential = await create(context);
      const request = updateOf({ ...credential, userId: new Uint8Array(16).fill(9) });
      checkStatus(await send(context, request), 'CTAP1_ERR_INVALID_PARAMETER');
    },
  },
  {
    id: 'update.unknown',
    title: `updateUserInformation of an unknown credential is refused with ${noCredentials}`,
    section: '6.8.6',
    provenBy: ['ignored-error.no-credentials', 'status.no-credentials-as-invalid'],
    accepted: [noCredentials],
    async run(context) {
      const credential = await create(context);
      checkStatus(await send(context, updateOf({ ...credential, id: new Uint8Array(32) })), noCredentials);
    },
  },
];

const bound: RequirementInput[] = [
  ['metadata', 'getCredsMetadata', '6.8.2', () => metadata],
  ['rps', 'enumerateRPsBegin', '6.8.3', () => firstRp],
  [
    'credentials',
    'enumerateCredentialsBegin',
    '6.8.4',
    (_id: Uint8Array, context: TestContext) => firstOf(context.rpId),
  ],
  ['delete', 'deleteCredential', '6.8.5', (id: Uint8Array) => deletionOf(id)],
].map(
  ([id, title, section, build]): RequirementInput => ({
    id: `${id}.token-of-other-rp`,
    title: `${title} with a token of another relying party is refused with ${authInvalid}`,
    section: section as string,
    provenBy: ['status.token-as-parameter', 'ignored-error.pin-auth-invalid'],
    preconditions: [hasTokens],
    accepted: [authInvalid],
    async run(context) {
      const credential = await create(context);
      const token = await getToken(context, ['cm'], 'unrelated.example');
      const request = (build as (id: Uint8Array, context: TestContext) => ManagementRequest)(credential.id, context);
      checkStatus(await send(context, { ...request, token }), authInvalid);
    },
  }),
);

const persistent: RequirementInput[] = [
  {
    id: 'persistent.reads',
    title: 'A token with the permission pcmr reads credentials',
    document: 'CTAP 2.3',
    section: '6.8',
    provenBy: ['token.persistent-not-accepted'],
    preconditions: [optionIsTrue('perCredMgmtRO')],
    async run(context) {
      await create(context);
      const token = await getToken(context, ['pcmr']);
      checkSuccess(await send(context, { ...metadata, token }));
      checkSuccess(await send(context, { ...firstOf(context.rpId), token }));
    },
  },
  {
    id: 'persistent.power-cycle',
    title: 'A token with the permission pcmr is valid after a power cycle',
    document: 'CTAP 2.3',
    section: '6.8',
    provenBy: ['token.persistent-not-accepted'],
    preconditions: [optionIsTrue('perCredMgmtRO')],
    async run(context) {
      const token = await getToken(context, ['pcmr']);
      await context.powerCycle();
      checkSuccess(await send(context, { ...metadata, token }));
    },
  },
  {
    id: 'persistent.cannot-delete',
    title: `deleteCredential with a token with the permission pcmr is refused with ${authInvalid}`,
    document: 'CTAP 2.3',
    section: '6.8.5',
    provenBy: ['status.token-as-parameter', 'ignored-error.pin-auth-invalid'],
    preconditions: [optionIsTrue('perCredMgmtRO')],
    accepted: [authInvalid],
    async run(context) {
      const { id } = await create(context);
      const token = await getToken(context, ['pcmr']);
      checkStatus(await send(context, { ...deletionOf(id), token }), authInvalid);
    },
  },
];

const params: readonly RequestMember[] = [
  { name: 'subCommand', path: [0x01], type: 'unsigned', required: true },
  { name: 'subCommandParams', path: [0x02], type: 'map' },
  { name: 'pinUvAuthProtocol', path: [0x03], type: 'unsigned', required: true },
  { name: 'pinUvAuthParam', path: [0x04], type: 'bytes' },
];

const parameters: RequirementInput[] = [
  ...memberRequirements({
    command,
    title: 'deleteCredential',
    prefix: 'request.',
    section: '6.8',
    members: params,
    build: async (context) => buildManagement(context, management, deletionOf((await create(context)).id)),
  }),
  {
    id: 'subcommand.unknown',
    title: 'An unknown subcommand is refused',
    section: '6.8',
    provenBy: ['ignored-error.invalid-subcommand'],
    preconditions: [fromVersion('FIDO_2_1')],
    variants: ['0x00', '0x08', '0xff'].map((name) => ({ name })),
    async run(context) {
      const exchange = await send(context, { subCommand: Number(context.variant) });
      checkRefused(context, exchange, 'CTAP2_ERR_INVALID_SUBCOMMAND', 'CTAP1_ERR_INVALID_PARAMETER');
    },
  },
  ...(
    [
      ['credentials', 'enumerateCredentialsBegin', '6.8.4', sub.enumerateCredentialsBegin],
      ['delete', 'deleteCredential', '6.8.5', sub.deleteCredential],
      ['update', 'updateUserInformation', '6.8.6', sub.updateUserInformation],
    ] as const
  ).map(
    ([id, title, section, subCommand]): RequirementInput => ({
      id: `${id}.params-missing`,
      title: `${title} without parameters is refused with CTAP2_ERR_MISSING_PARAMETER`,
      section,
      provenBy: ['ignored-error.missing-parameter', 'status.missing-as-cbor'],
      variants: [{ name: 'absent' }, { name: 'empty' }],
      accepted: ['CTAP2_ERR_MISSING_PARAMETER'],
      async run(context) {
        const request = context.variant === 'empty' ? { subCommand, params: new Map() } : { subCommand };
        checkStatus(await send(context, request), 'CTAP2_ERR_MISSING_PARAMETER');
      },
    }),
  ),
];

const tokens: RequirementInput[] = [
  tokenRequirementsOf(management, {
    id: 'metadata',
    title: 'getCredsMetadata',
    section: '6.8.2',
    build: async () => metadata,
  }),
  tokenRequirementsOf(management, {
    id: 'rps',
    title: 'enumerateRPsBegin',
    section: '6.8.3',
    build: async (context) => {
      await create(context);
      return firstRp;
    },
  }),
  tokenRequirementsOf(management, {
    id: 'credentials',
    title: 'enumerateCredentialsBegin',
    section: '6.8.4',
    build: async (context) => {
      await create(context);
      return firstOf(context.rpId);
    },
  }),
  tokenRequirementsOf(management, {
    id: 'delete',
    title: 'deleteCredential',
    section: '6.8.5',
    build: async (context) => deletionOf((await create(context)).id),
  }),
  tokenRequirementsOf(management, {
    id: 'update',
    title: 'updateUserInformation',
    section: '6.8.6',
    build: async (context) => updateOf(await create(context)),
  }),
].flat();

export const credentialManagementRequirements = defineGroup(
  {
    group: 'credmgmt',
    document: 'CTAP 2.1',
    state: 'pin',
    preconditions: [hasOption('credMgmt'), hasDiscoverableCredentials],
  },
  [...reading, ...sequences, ...changing, ...bound, ...persistent, ...parameters, ...tokens],
);
