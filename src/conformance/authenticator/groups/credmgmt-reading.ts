/** credmgmt: counting and listing credentials, CTAP 2.1 sections 6.8.2 to 6.8.4. */
import { toHex } from '#base/bytes.ts';
import type { CborMap } from '#protocol/cbor.ts';
import { sha256 } from '#protocol/crypto.ts';
import { credentialManagementSubCommands as sub } from '#protocol/management.ts';
import {
  check,
  checkEqual,
  checkEqualBytes,
  checkStatus,
  checkSuccess,
  readBytes,
  readMap,
  readText,
  readUnsigned,
} from '../checks.ts';
import { setUp } from '../failures.ts';
import { formatCbor } from '../format-cbor.ts';
import { withMember } from '../members.ts';
import { hasExtension } from '../preconditions.ts';
import { authorizeRegistration, buildRegistration, mc, register } from '../registration.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import type { TestContext } from '../test-context.ts';
import {
  command,
  create,
  firstOf,
  firstRp,
  managementGroup,
  map,
  metadata,
  noCredentials,
  send,
} from './credmgmt-support.ts';

const notAllowed = 'CTAP2_ERR_NOT_ALLOWED';

const next = (context: TestContext, subCommand: number) => context.send(command, map([0x01, subCommand]));

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
      let members = checkSuccess(await send(context, firstRp));
      let left = readUnsigned(members, 0x05, 'totalRPs');
      const rpIdOf = () => readText(readMap(members, 0x03, 'rp'), 'id', 'rp.id');
      // An RP ID that was cut off for storage contains an ellipsis, section 6.8.7.
      for (; left > 1 && rpIdOf().includes('…'); left--)
        members = checkSuccess(await next(context, sub.enumerateRPsGetNextRP));
      checkEqualBytes(readBytes(members, 0x04, 'rpIDHash'), sha256(rpIdOf()), 'rpIDHash');
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
    withoutCredentials: true,
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
    id: 'credentials.long-name',
    title: 'A user.name of 64 bytes is stored whole',
    document: 'WebAuthn L3',
    section: '6.4.1',
    provenBy: ['registration.user-name-cut-off', 'registration.user-name-lost'],
    async run(context) {
      const name = 'n'.repeat(64);
      const request = withMember(buildRegistration(context, { rk: true }), [mc.user, 'name'], name);
      checkSuccess(await context.send('authenticatorMakeCredential', await authorizeRegistration(context, request)));
      const user = readMap(checkSuccess(await send(context, firstOf(context.rpId))), 0x06, 'user');
      checkEqual(user.get('name'), name, 'user.name');
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

export const credentialReading = defineGroup(managementGroup, [...reading, ...sequences]);
