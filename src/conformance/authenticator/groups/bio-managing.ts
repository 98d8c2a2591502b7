/** bio: list, names and removal of fingerprints, and tokens, CTAP 2.1 sections 6.7.6 to 6.7.8. */
import { toHex } from '#base/bytes.ts';
import { bioEnrollmentSubCommands as sub } from '#protocol/management.ts';
import {
  begin,
  bioEnrollment,
  bioParams,
  listFingerprints,
  nameOf,
  prepareFingerprint,
  removal,
  sendBio,
} from '../bio-enrollment.ts';
import { check, checkEqual, checkRefused, checkSuccess, readList } from '../checks.ts';
import { setUp } from '../failures.ts';
import { hasOption } from '../preconditions.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import type { TestContext } from '../test-context.ts';
import { tokenRequirementsOf } from '../token-checks.ts';
import { bio, inBothCommands } from './bio-enrolling.ts';

const unknownId = new Uint8Array([0x55, 0xaa, 0x55, 0xaa]);

const entryOf = async (context: TestContext, id: Uint8Array) =>
  (await listFingerprints(context)).find((fingerprint) => fingerprint.id === toHex(id));

async function removeAll(context: TestContext): Promise<void> {
  for (const { id } of await listFingerprints(context))
    checkSuccess(await sendBio(context, removal(Buffer.from(id, 'hex'))));
}

const managing: RequirementInput[] = [
  {
    id: 'list.form',
    title: 'enumerateEnrollments returns a map with templateId for each fingerprint',
    section: '6.7.6',
    provenBy: ['bio.list-id-text'],
    async run(context) {
      await prepareFingerprint(context);
      const members = checkSuccess(await sendBio(context, { subCommand: sub.enumerateEnrollments }));
      for (const entry of readList(members, 0x07, 'templateInfos'))
        check(entry instanceof Map && entry.get(0x01) instanceof Uint8Array, 'Expected templateId to be a byte string');
    },
  },
  {
    id: 'list.empty',
    title: 'enumerateEnrollments without fingerprints is refused with CTAP2_ERR_INVALID_OPTION',
    section: '6.7.6',
    provenBy: ['ignored-error.invalid-option'],
    accepted: ['CTAP2_ERR_INVALID_OPTION'],
    async run(context) {
      await setUp('remove all fingerprints', () => removeAll(context));
      const exchange = await sendBio(context, { subCommand: sub.enumerateEnrollments });
      checkRefused(context, exchange, 'CTAP2_ERR_INVALID_OPTION');
    },
  },
  {
    id: 'name.kept',
    title: 'setFriendlyName changes the name that enumerateEnrollments returns',
    section: '6.7.7',
    provenBy: ['bio.name-ignored'],
    async run(context) {
      const id = await prepareFingerprint(context);
      checkSuccess(await sendBio(context, nameOf(id, 'thumb')));
      checkEqual((await entryOf(context, id))?.name, 'thumb', 'templateFriendlyName');
    },
  },
  {
    id: 'name.too-long',
    title: 'A name that is longer than maxTemplateFriendlyName is refused',
    section: '6.7.7',
    provenBy: ['ignored-error.invalid-length'],
    accepted: ['CTAP1_ERR_INVALID_LENGTH'],
    async run(context) {
      const id = await prepareFingerprint(context);
      checkRefused(context, await sendBio(context, nameOf(id, 'x'.repeat(300))), 'CTAP1_ERR_INVALID_LENGTH');
    },
  },
  ...(
    [
      ['name', 'setFriendlyName', nameOf(unknownId, 'thumb'), '6.7.7'],
      ['remove', 'removeEnrollment', removal(unknownId), '6.7.8'],
    ] as const
  ).map(
    ([id, title, request, section]): RequirementInput => ({
      id: `${id}.unknown`,
      title: `${title} with an unknown templateId is refused with CTAP2_ERR_INVALID_OPTION`,
      section,
      provenBy: ['ignored-error.invalid-option'],
      accepted: ['CTAP2_ERR_INVALID_OPTION'],
      run: async (context) => checkRefused(context, await sendBio(context, request), 'CTAP2_ERR_INVALID_OPTION'),
    }),
  ),
  ...(
    [
      ['name.template-missing', 'setFriendlyName without templateId', sub.setFriendlyName, [[0x02, 'thumb']]],
      ['name.missing', 'setFriendlyName without templateFriendlyName', sub.setFriendlyName, [[0x01, unknownId]]],
      ['remove.template-missing', 'removeEnrollment without templateId', sub.removeEnrollment, []],
    ] as const
  ).map(
    ([id, title, subCommand, entries]): RequirementInput => ({
      id,
      title: `${title} is refused with CTAP2_ERR_MISSING_PARAMETER`,
      section: id.startsWith('name') ? '6.7.7' : '6.7.8',
      provenBy: ['ignored-error.missing-parameter'],
      accepted: ['CTAP2_ERR_MISSING_PARAMETER'],
      async run(context) {
        const params = bioParams(...entries.map(([key, value]): [number, string | Uint8Array] => [key, value]));
        checkRefused(context, await sendBio(context, { subCommand, params }), 'CTAP2_ERR_MISSING_PARAMETER');
      },
    }),
  ),
  {
    id: 'remove.removed',
    title: 'removeEnrollment removes the fingerprint from the list',
    section: '6.7.8',
    provenBy: ['bio.remove-ignored'],
    async run(context) {
      const id = await prepareFingerprint(context);
      checkSuccess(await sendBio(context, removal(id)));
      check((await entryOf(context, id)) === undefined, 'Expected the fingerprint to be removed');
    },
  },
  {
    id: 'remove.last',
    title: 'After the last fingerprint is removed, the options bioEnroll and uv are false',
    section: '6.7.8',
    provenBy: ['bio.remove-ignored'],
    async run(context) {
      await prepareFingerprint(context);
      for (const { id } of await listFingerprints(context)) await sendBio(context, removal(Buffer.from(id, 'hex')));
      const { options } = await context.readInfo();
      const id = context.variant === 'preview' ? 'userVerificationMgmtPreview' : 'bioEnroll';
      checkEqual(options?.[id], false, id);
      checkEqual(options?.uv ?? false, false, 'uv');
    },
  },
];

const tokens: RequirementInput[] = [
  ...tokenRequirementsOf(bioEnrollment, {
    id: 'enroll',
    title: 'enrollBegin',
    section: '6.7.4',
    preconditions: [hasOption('bioEnroll')],
    build: async () => begin(),
  }),
  ...tokenRequirementsOf(bioEnrollment, {
    id: 'list',
    title: 'enumerateEnrollments',
    section: '6.7.6',
    preconditions: [hasOption('bioEnroll')],
    build: async () => ({ subCommand: sub.enumerateEnrollments }),
  }),
  ...tokenRequirementsOf(bioEnrollment, {
    id: 'name',
    title: 'setFriendlyName',
    section: '6.7.7',
    preconditions: [hasOption('bioEnroll')],
    build: async (context) => nameOf(await prepareFingerprint(context), 'thumb'),
  }),
  ...tokenRequirementsOf(bioEnrollment, {
    id: 'remove',
    title: 'removeEnrollment',
    section: '6.7.8',
    preconditions: [hasOption('bioEnroll')],
    build: async (context) => removal(await prepareFingerprint(context)),
  }),
];

export const bioManaging = defineGroup(
  bio,
  [...inBothCommands(managing), ...tokens].map((requirement) => ({ ...requirement, destructive: true })),
);
