/** config: subcommands that turn features on, and tokens, CTAP 2.1 section 6.11. */
import { authenticatorConfigSubCommands as sub } from '#protocol/management.ts';
import { checkEqual, checkRefused, checkSuccess } from '../checks.ts';
import { authenticatorConfig as config } from '../management.ts';
import { hasOption, optionIsNotTrue, optionIsTrue } from '../preconditions.ts';
import { buildRegistration } from '../registration.ts';
import { defineGroup, type Precondition, type RequirementInput } from '../requirement.ts';
import type { TestContext } from '../test-context.ts';
import { tokenRequirementsOf } from '../token-checks.ts';
import { change, destructive, group, minPinLength, send, setsMinPinLength } from './config-support.ts';

const optionOf = async (context: TestContext, id: string) => (await context.readInfo()).options?.[id];

/** The subcommand is in authenticatorConfigCommands, or the authenticator does not have that member. */
const supports = (code: number, option?: string): Precondition => ({
  reason: `authenticatorConfig does not support subcommand ${code}`,
  isMet: ({ authenticatorConfigCommands: commands, options }) =>
    commands ? commands.includes(code) : option !== undefined && options?.[option] !== undefined,
});

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
      const exchange = await send(context, { subCommand: sub.toggleAlwaysUv });
      // An authenticator may refuse to turn the feature off.
      const isRefused = exchange.status === 'CTAP2_ERR_OPERATION_DENIED';
      if (!isRefused) checkSuccess(exchange);
      checkEqual(await optionOf(context, 'alwaysUv'), isRefused, 'alwaysUv');
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

export const configSwitches = defineGroup(
  { ...group, preconditions: [optionIsTrue('authnrCfg')] },
  destructive([...switches, ...tokens]),
);
