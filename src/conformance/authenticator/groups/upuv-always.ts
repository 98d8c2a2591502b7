import { authenticatorConfigSubCommands as sub } from '#protocol/management.ts';
import { buildAssertion } from '../assertion.ts';
import { checkStatus, checkSuccess } from '../checks.ts';
import { setUp } from '../failures.ts';
import { authenticatorConfig, sendManagement } from '../management.ts';
import { hasBuiltInUv, hasOption, optionIsNotTrue, optionIsTrue, pinAuthorizesCeremonies } from '../preconditions.ts';
import { buildRegistration, register, sendRegistration } from '../registration.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import type { TestContext } from '../test-context.ts';

import { assertionWithToken, checkFlags, checkNotSigned, create, get } from './upuv.ts';

const withoutVerification: RequirementInput[] = [
  {
    id: 'uv-not-required.flags',
    title: 'With makeCredUvNotRqd, a registration without user verification has the flag UP and not the flag UV',
    section: '6.1.2 step 10',
    provenBy: ['flags.uv-claimed', 'flags.up-missing'],
    async run(context) {
      const request = buildRegistration(context, { verified: false });
      checkFlags(checkSuccess(await context.send(create, request)), { up: true, uv: false });
    },
  },
  {
    id: 'uv-not-required.touch',
    title: 'With makeCredUvNotRqd, a registration without user verification still needs a touch',
    section: '6.1.2 step 14',
    provenBy: ['registration.presence-not-awaited'],
    run: async (context) => checkNotSigned(await context.sendWith('absent', create, buildRegistration(context))),
  },
  {
    id: 'uv-not-required.assertion',
    title: 'A credential that was registered without user verification signs without user verification',
    section: '6.2.2 step 6',
    provenBy: ['assertion.verification-always-required'],
    async run(context) {
      const credential = await setUp('register without user verification', () =>
        register(context, { verified: false }),
      );
      checkSuccess(await context.send(get, buildAssertion(context, { allowList: [credential] })));
    },
  },
];

const notRequired = withoutVerification.map((requirement) => ({
  ...requirement,
  preconditions: [optionIsTrue('makeCredUvNotRqd'), optionIsNotTrue('alwaysUv')],
  state: 'pin' as const,
}));

const turnOnAlwaysUv = async (context: TestContext): Promise<void> => {
  const request = { subCommand: sub.toggleAlwaysUv };
  await setUp('turn alwaysUv on', async () =>
    checkSuccess(await sendManagement(context, authenticatorConfig, request)),
  );
  context.info = await context.readInfo();
};

const withAlwaysUv: RequirementInput[] = [
  {
    id: 'always-uv.assertion-refused',
    title: 'With alwaysUv, an assertion without user verification is refused with CTAP2_ERR_PUAT_REQUIRED',
    section: '6.2.2 step 5',
    provenBy: ['ignored-error.verification-required', 'status.verification-required-as-denied'],
    provenOn: 'yubikey-5-nfc-enterprise',
    preconditions: [optionIsNotTrue('uv'), pinAuthorizesCeremonies],
    accepted: ['CTAP2_ERR_PUAT_REQUIRED'],
    async run(context) {
      const credential = await register(context);
      await turnOnAlwaysUv(context);
      const request = buildAssertion(context, { allowList: [credential] });
      checkStatus(await context.send(get, request), 'CTAP2_ERR_PUAT_REQUIRED');
    },
  },
  {
    id: 'always-uv.registration-token',
    title: 'With alwaysUv, a registration with a token succeeds and has the flag UV',
    section: '6.1.2 step 6',
    provenBy: ['flags.uv-missing'],
    preconditions: [pinAuthorizesCeremonies],
    async run(context) {
      await turnOnAlwaysUv(context);
      checkFlags(checkSuccess(await sendRegistration(context)), { up: true, uv: true });
    },
  },
  {
    id: 'always-uv.assertion-token',
    title: 'With alwaysUv, an assertion with a token succeeds and has the flag UV',
    section: '6.2.2 step 5',
    provenBy: ['flags.uv-missing-at-sign-in'],
    preconditions: [pinAuthorizesCeremonies],
    async run(context) {
      await turnOnAlwaysUv(context);
      checkFlags(checkSuccess(await context.send(get, await assertionWithToken(context))), { up: true, uv: true });
    },
  },
  {
    id: 'always-uv.built-in',
    title: 'With alwaysUv, a registration without the option uv is verified with built-in user verification',
    section: '6.1.2 step 6',
    provenBy: ['flags.uv-missing'],
    preconditions: [hasBuiltInUv],
    async run(context) {
      await turnOnAlwaysUv(context);
      checkFlags(checkSuccess(await context.send(create, buildRegistration(context))), { up: true, uv: true });
    },
  },
];

const always = withAlwaysUv.map((requirement) => ({
  ...requirement,
  preconditions: [
    ...(requirement.preconditions ?? []),
    optionIsTrue('authnrCfg'),
    hasOption('alwaysUv'),
    optionIsNotTrue('alwaysUv'),
  ],
  state: 'pin' as const,
  destructive: true,
}));

export const optionalVerification = defineGroup({ group: 'upuv', document: 'CTAP 2.1' }, [...notRequired, ...always]);
