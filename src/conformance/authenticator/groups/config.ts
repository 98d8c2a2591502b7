/** config: authenticatorConfig, CTAP 2.1 section 6.11. */
import type { CborKey, CborMap, CborValue } from '#protocol/cbor.ts';
import { authenticatorConfigSubCommands as sub } from '#protocol/management.ts';
import { checkEqual, checkRefused, checkStatus, checkSuccess } from '../checks.ts';
import { buildGetPinToken, buildSetPin, padPin, sendClientPin } from '../client-pin.ts';
import { setUp } from '../failures.ts';
import {
  buildManagement,
  authenticatorConfig as config,
  type ManagementRequest,
  sendManagement,
} from '../management.ts';
import { memberRequirements, type RequestMember } from '../members.ts';
import { suitePin } from '../pin.ts';
import { hasOption, optionIsNotTrue, optionIsTrue, pinAuthorizesCeremonies } from '../preconditions.ts';
import { buildRegistration } from '../registration.ts';
import { defineGroup, type Precondition, type RequirementInput } from '../requirement.ts';
import type { TestContext } from '../test-context.ts';
import { tokenRequirementsOf } from '../token-checks.ts';

const command = 'authenticatorConfig';
const policy = 'CTAP2_ERR_PIN_POLICY_VIOLATION';
const setsMinPinLength = optionIsTrue('setMinPINLength');

const send = (context: TestContext, request: ManagementRequest) => sendManagement(context, config, request);
const minPinLength = (...entries: [CborKey, CborValue][]): ManagementRequest => ({
  subCommand: sub.setMinPINLength,
  params: new Map(entries),
});
const optionOf = async (context: TestContext, id: string) => (await context.readInfo()).options?.[id];
const change = (context: TestContext, request: ManagementRequest) =>
  setUp('change the configuration', async () => checkSuccess(await send(context, request)));

/** The subcommand is in authenticatorConfigCommands, or the authenticator does not have that member. */
const supports = (code: number, option?: string): Precondition => ({
  reason: `authenticatorConfig does not support subcommand ${code}`,
  isMet: ({ authenticatorConfigCommands: commands, options }) =>
    commands ? commands.includes(code) : option !== undefined && options?.[option] !== undefined,
});

const minimum: RequirementInput[] = [
  {
    id: 'min-pin-length.raised',
    title: 'setMinPINLength raises minPINLength',
    section: '6.11.4',
    provenBy: ['config.ignored'],
    async run(context) {
      await change(context, minPinLength([0x01, 10]));
      checkEqual((await context.readInfo()).minPINLength, 10, 'minPINLength');
    },
  },
  {
    id: 'min-pin-length.lowered',
    title: `A lower minimum length is refused with ${policy}`,
    section: '6.11.4',
    provenBy: ['ignored-error.pin-policy', 'status.policy-as-wrong-pin'],
    accepted: [policy],
    async run(context) {
      await change(context, minPinLength([0x01, suitePin.length]));
      checkStatus(await send(context, minPinLength([0x01, suitePin.length - 1])), policy);
    },
  },
  {
    id: 'min-pin-length.force-change',
    title: 'A minimum length above that of the current PIN sets forcePINChange',
    section: '6.11.4',
    provenBy: ['config.ignored'],
    async run(context) {
      await change(context, minPinLength([0x01, suitePin.length + 1]));
      checkEqual((await context.readInfo()).forcePINChange, true, 'forcePINChange');
    },
  },
  {
    id: 'force-change.set',
    title: 'forceChangePin sets forcePINChange',
    section: '6.11.4',
    provenBy: ['config.ignored'],
    async run(context) {
      await change(context, minPinLength([0x03, true]));
      checkEqual((await context.readInfo()).forcePINChange, true, 'forcePINChange');
    },
  },
  {
    id: 'force-change.token',
    title: 'While forcePINChange is true, getPinToken is refused with CTAP2_ERR_PIN_INVALID',
    section: '6.5.5.7.1',
    provenBy: ['config.ignored', 'ignored-error.pin-invalid'],
    preconditions: [pinAuthorizesCeremonies],
    accepted: ['CTAP2_ERR_PIN_INVALID'],
    async run(context) {
      await change(context, minPinLength([0x03, true]));
      checkStatus(await sendClientPin(context, await buildGetPinToken(context)), 'CTAP2_ERR_PIN_INVALID');
    },
  },
  {
    id: 'min-pin-length.too-long',
    title: `A minimum length that no PIN can have is refused with ${policy}`,
    section: '6.11.4',
    provenBy: ['ignored-error.pin-policy', 'status.policy-as-wrong-pin'],
    accepted: [policy],
    run: async (context) => checkStatus(await send(context, minPinLength([0x01, 64])), policy),
  },
  {
    id: 'min-pin-length.rp-ids-full',
    title: 'More RP IDs than maxRPIDsForSetMinPINLength are refused with CTAP2_ERR_KEY_STORE_FULL',
    section: '6.11.4',
    provenBy: ['ignored-error.key-store-full', 'status.full-as-other'],
    accepted: ['CTAP2_ERR_KEY_STORE_FULL'],
    async run(context) {
      const count = (context.info.maxRPIDsForSetMinPINLength ?? 0) + 1;
      const rpIds = Array.from({ length: count }, (_, index) => `rp-${index}.example`);
      checkStatus(await send(context, minPinLength([0x02, rpIds])), 'CTAP2_ERR_KEY_STORE_FULL');
    },
  },
];

const switches: RequirementInput[] = [
  {
    id: 'always-uv.toggled',
    title: 'toggleAlwaysUv turns alwaysUv on and off',
    section: '6.11.2',
    provenBy: ['config.ignored'],
    preconditions: [supports(sub.toggleAlwaysUv, 'alwaysUv'), optionIsNotTrue('alwaysUv')],
    async run(context) {
      await change(context, { subCommand: sub.toggleAlwaysUv });
      checkEqual(await optionOf(context, 'alwaysUv'), true, 'alwaysUv');
      await change(context, { subCommand: sub.toggleAlwaysUv });
      checkEqual(await optionOf(context, 'alwaysUv'), false, 'alwaysUv');
    },
  },
  {
    id: 'always-uv.make-cred-uv-not-rqd',
    title: 'alwaysUv turns makeCredUvNotRqd off',
    section: '7.2.3',
    provenBy: ['config.ignored'],
    preconditions: [
      supports(sub.toggleAlwaysUv, 'alwaysUv'),
      optionIsNotTrue('alwaysUv'),
      optionIsTrue('makeCredUvNotRqd'),
    ],
    async run(context) {
      await change(context, { subCommand: sub.toggleAlwaysUv });
      checkEqual(await optionOf(context, 'makeCredUvNotRqd'), false, 'makeCredUvNotRqd');
    },
  },
  {
    id: 'always-uv.required',
    title: 'With alwaysUv, a registration without user verification is refused',
    section: '6.1.2 step 6',
    provenBy: ['ignored-error.verification-required'],
    provenOn: 'yubikey-5-nfc-enterprise',
    preconditions: [supports(sub.toggleAlwaysUv, 'alwaysUv'), optionIsNotTrue('alwaysUv'), optionIsNotTrue('uv')],
    accepted: ['CTAP2_ERR_PUAT_REQUIRED'],
    async run(context) {
      await change(context, { subCommand: sub.toggleAlwaysUv });
      const exchange = await context.send('authenticatorMakeCredential', buildRegistration(context));
      checkRefused(context, exchange, 'CTAP2_ERR_PUAT_REQUIRED');
    },
  },
  {
    id: 'enterprise.enabled',
    title: 'enableEnterpriseAttestation turns ep on',
    section: '6.11.1',
    provenBy: ['config.ignored'],
    preconditions: [hasOption('ep')],
    async run(context) {
      await change(context, { subCommand: sub.enableEnterpriseAttestation });
      checkEqual(await optionOf(context, 'ep'), true, 'ep');
    },
  },
  {
    id: 'enterprise.twice',
    title: 'enableEnterpriseAttestation succeeds while ep is on',
    section: '6.11.1',
    provenBy: ['config.ignored'],
    preconditions: [hasOption('ep')],
    async run(context) {
      await change(context, { subCommand: sub.enableEnterpriseAttestation });
      checkSuccess(await send(context, { subCommand: sub.enableEnterpriseAttestation }));
      checkEqual(await optionOf(context, 'ep'), true, 'ep');
    },
  },
  {
    id: 'long-touch.enabled',
    title: 'enableLongTouchForReset turns longTouchForReset on',
    document: 'CTAP 2.3',
    section: '6.11',
    level: 'SHOULD',
    provenBy: ['config.ignored'],
    preconditions: [supports(sub.enableLongTouchForReset)],
    async run(context) {
      await change(context, { subCommand: sub.enableLongTouchForReset });
      checkEqual((await context.readInfo()).longTouchForReset, true, 'longTouchForReset');
    },
  },
];

const members: readonly RequestMember[] = [
  { name: 'subCommand', path: [0x01], type: 'unsigned', required: true },
  { name: 'subCommandParams', path: [0x02], type: 'map' },
  { name: 'pinUvAuthProtocol', path: [0x03], type: 'unsigned', required: true },
  { name: 'pinUvAuthParam', path: [0x04], type: 'bytes' },
];

const parameters: RequirementInput[] = [
  ...memberRequirements({
    command,
    title: 'setMinPINLength',
    prefix: 'request.',
    section: '6.11',
    members,
    build: (context) => buildManagement(context, config, minPinLength([0x01, 10])),
  }),
  ...(
    [
      ['new-min-pin-length', 'newMinPINLength', 0x01, 'ten'],
      ['min-pin-length-rp-ids', 'minPinLengthRPIDs', 0x02, 'example.com'],
      ['force-change-pin', 'forceChangePin', 0x03, 1],
    ] as const
  ).map(
    ([id, title, key, value]): RequirementInput => ({
      id: `min-pin-length.${id}.type`,
      title: `setMinPINLength with ${title} of a wrong type is refused`,
      section: '6.11.4',
      provenBy: ['ignored-error.unexpected-type'],
      accepted: ['CTAP2_ERR_CBOR_UNEXPECTED_TYPE'],
      async run(context) {
        checkRefused(context, await send(context, minPinLength([key, value])), 'CTAP2_ERR_CBOR_UNEXPECTED_TYPE');
      },
    }),
  ),
  {
    id: 'subcommand.unknown',
    title: 'An unknown subcommand is refused with CTAP1_ERR_INVALID_PARAMETER',
    section: '6.11',
    provenBy: ['ignored-error.invalid-parameter'],
    variants: ['0x00', '0x7f', '0xfe'].map((name) => ({ name })),
    accepted: ['CTAP1_ERR_INVALID_PARAMETER'],
    async run(context) {
      const exchange = await send(context, { subCommand: Number(context.variant) });
      checkRefused(context, exchange, 'CTAP1_ERR_INVALID_PARAMETER', 'CTAP2_ERR_INVALID_SUBCOMMAND');
    },
  },
];

const withoutPin: RequirementInput[] = [
  {
    id: 'force-change.without-pin',
    title: 'forceChangePin is refused with CTAP2_ERR_PIN_NOT_SET while no PIN is set',
    section: '6.11.4',
    provenBy: ['ignored-error.pin-not-set', 'status.pin-not-set-as-wrong-pin'],
    provenOn: 'yubikey-5-nfc-enterprise',
    preconditions: [optionIsNotTrue('uv'), optionIsNotTrue('alwaysUv')],
    state: 'no-pin',
    accepted: ['CTAP2_ERR_PIN_NOT_SET'],
    async run(context) {
      const request: CborMap = new Map<CborKey, CborValue>([
        [0x01, sub.setMinPINLength],
        [0x02, new Map([[0x03, true]])],
      ]);
      checkStatus(await context.send(command, request), 'CTAP2_ERR_PIN_NOT_SET');
    },
  },
  {
    id: 'min-pin-length.applies',
    title: `A PIN below the raised minimum length is refused with ${policy}`,
    section: '6.5.5.5',
    provenBy: ['pin.policy-ignored', 'config.ignored'],
    provenOn: 'yubikey-5-nfc-enterprise',
    preconditions: [optionIsNotTrue('uv'), optionIsNotTrue('alwaysUv')],
    state: 'no-pin',
    accepted: [policy],
    async run(context) {
      const request: CborMap = new Map<CborKey, CborValue>([
        [0x01, sub.setMinPINLength],
        [0x02, new Map([[0x01, suitePin.length + 1]])],
      ]);
      await setUp('raise the minimum length', async () => checkSuccess(await context.send(command, request)));
      checkStatus(await sendClientPin(context, await buildSetPin(context, padPin(suitePin))), policy);
    },
  },
];

const tokens: RequirementInput[] = [
  ...tokenRequirementsOf(config, {
    id: 'min-pin-length',
    title: 'setMinPINLength',
    section: '6.11.4',
    preconditions: [setsMinPinLength],
    build: async () => minPinLength([0x01, 10]),
  }),
  ...tokenRequirementsOf(config, {
    id: 'always-uv',
    title: 'toggleAlwaysUv',
    section: '6.11.2',
    preconditions: [supports(sub.toggleAlwaysUv, 'alwaysUv'), optionIsNotTrue('alwaysUv')],
    build: async () => ({ subCommand: sub.toggleAlwaysUv }),
  }),
  ...tokenRequirementsOf(config, {
    id: 'enterprise',
    title: 'enableEnterpriseAttestation',
    section: '6.11.1',
    preconditions: [hasOption('ep')],
    build: async () => ({ subCommand: sub.enableEnterpriseAttestation }),
  }),
];

const group = { group: 'config', document: 'CTAP 2.1', state: 'pin' } as const;
/** The settings stay until a reset. */
const destructive = (requirements: readonly RequirementInput[]) =>
  requirements.map((requirement) => ({ ...requirement, destructive: true }));

export const configRequirements = [
  ...defineGroup(
    { ...group, preconditions: [optionIsTrue('authnrCfg'), setsMinPinLength] },
    destructive([...minimum, ...parameters, ...withoutPin]),
  ),
  ...defineGroup({ ...group, preconditions: [optionIsTrue('authnrCfg')] }, destructive([...switches, ...tokens])),
];
