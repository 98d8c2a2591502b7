/** credmgmt: parameters and tokens of every subcommand, CTAP 2.1 section 6.8. */
import { credentialManagementSubCommands as sub } from '#protocol/management.ts';
import { checkRefused, checkStatus } from '../checks.ts';
import { buildManagement, type ManagementRequest, credentialManagement as management } from '../management.ts';
import { memberRequirements } from '../members.ts';
import { getToken } from '../pin.ts';
import { fromVersion, hasTokens } from '../preconditions.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import type { TestContext } from '../test-context.ts';
import { tokenRequirementsOf } from '../token-checks.ts';
import {
  authInvalid,
  command,
  create,
  deletionOf,
  firstOf,
  firstRp,
  managementGroup,
  metadata,
  params,
  send,
  updateOf,
} from './credmgmt-support.ts';

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

export const credentialManagementRequests = defineGroup(managementGroup, [...bound, ...parameters, ...tokens]);
