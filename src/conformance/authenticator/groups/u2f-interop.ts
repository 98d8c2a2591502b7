/** u2f: credentials that U2F and CTAP2 share, and alwaysUv, CTAP 2.1 sections 7.2.4 and 10. */

import { concat } from '#base/bytes.ts';
import { authenticatorConfigSubCommands as sub } from '#protocol/management.ts';
import { sendAssertion } from '../assertion.ts';
import { check, checkStatus, checkSuccess } from '../checks.ts';
import { setUp } from '../failures.ts';
import { authenticatorConfig, sendManagement } from '../management.ts';
import { hasExtension, hasU2f, optionIsNotTrue, optionIsTrue, registersWithoutPin } from '../preconditions.ts';
import { buildRegistration, descriptorOf, register } from '../registration.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import type { TestContext } from '../test-context.ts';
import {
  applicationOf,
  authenticateU2f,
  authentication,
  checkStatusWord,
  prepareU2f,
  sendU2f,
  type U2fCredential,
} from '../u2f-host.ts';

/** Returns a U2F registration as a credential of the relying party of the case. */
const asCredential = ({ keyHandle }: U2fCredential, { rpId }: TestContext) => ({
  id: keyHandle,
  rpId,
  userId: new Uint8Array(0),
  publicKey: new Map(),
  signCount: 0,
  extensions: new Map(),
  members: new Map(),
});

const sharing: RequirementInput[] = [
  {
    id: 'interop.u2f-to-ctap2',
    title: 'getAssertion accepts a key handle of U2F_REGISTER whose application is the hash of the RP ID',
    section: '10',
    level: 'SHOULD',
    provenBy: ['u2f.not-shared'],
    async run(context) {
      const credential = asCredential(await prepareU2f(context), context);
      checkSuccess(await sendAssertion(context, { allowList: [credential] }));
    },
  },
  {
    id: 'interop.ctap2-to-u2f',
    title: 'U2F_AUTHENTICATE accepts a credential of makeCredential that is not discoverable',
    section: '10',
    level: 'SHOULD',
    provenBy: ['u2f.not-shared'],
    preconditions: [registersWithoutPin],
    async run(context) {
      const { id: keyHandle } = await register(context);
      await authenticateU2f(context, { keyHandle, application: applicationOf(context) });
    },
  },
  {
    id: 'interop.excluded',
    title:
      'A registration whose excludeList contains a key handle of U2F is refused with CTAP2_ERR_CREDENTIAL_EXCLUDED',
    section: '10',
    level: 'SHOULD',
    provenBy: ['u2f.not-shared'],
    preconditions: [registersWithoutPin],
    accepted: ['CTAP2_ERR_CREDENTIAL_EXCLUDED'],
    async run(context) {
      const { keyHandle } = await prepareU2f(context);
      const request = buildRegistration(context, { excludeList: [descriptorOf(keyHandle)] });
      checkStatus(await context.send('authenticatorMakeCredential', request), 'CTAP2_ERR_CREDENTIAL_EXCLUDED');
    },
  },
  {
    id: 'interop.cred-protect',
    title: 'U2F_AUTHENTICATE refuses a credential that requires user verification',
    section: '12.1',
    provenBy: ['u2f.key-handle-unchecked'],
    preconditions: [registersWithoutPin, hasExtension('credProtect')],
    async run(context) {
      const extensions = new Map([['credProtect', 3]]);
      const { id: keyHandle } = await register(context, { extensions });
      const answer = await sendU2f(
        context,
        authentication(context, { keyHandle, application: applicationOf(context) }),
      );
      check(answer.status !== 'SW_NO_ERROR', 'Expected a refusal, got SW_NO_ERROR');
    },
  },
];

/** alwaysUv can be turned on. */
const togglesAlwaysUv = {
  reason: 'alwaysUv cannot be turned on',
  isMet: ({ options }: TestContext['info']) => options?.alwaysUv !== undefined,
};

const withAlwaysUv: RequirementInput[] = [
  {
    id: 'always-uv.disabled',
    title: 'While alwaysUv is on, U2F commands are refused with SW_COMMAND_NOT_ALLOWED',
    section: '7.2.4',
    provenBy: ['u2f.always-uv-ignored'],
    preconditions: [optionIsTrue('authnrCfg'), togglesAlwaysUv],
    state: 'pin',
    destructive: true,
    variants: [{ name: 'register' }, { name: 'authenticate' }],
    async run(context) {
      const credential = await prepareU2f(context);
      await turnOnAlwaysUv(context);
      const register = { ins: 'U2F_REGISTER' as const, data: concat(context.random.bytes(32), credential.application) };
      const command = context.variant === 'register' ? register : authentication(context, credential);
      checkStatusWord(await sendU2f(context, command), 'SW_COMMAND_NOT_ALLOWED');
    },
  },
];

const turnOnAlwaysUv = (context: TestContext) =>
  setUp('turn alwaysUv on', async () =>
    checkSuccess(await sendManagement(context, authenticatorConfig, { subCommand: sub.toggleAlwaysUv })),
  );

export const u2fInterop = defineGroup(
  { group: 'u2f', document: 'CTAP 2.1', preconditions: [hasU2f, optionIsNotTrue('alwaysUv')] },
  [...sharing, ...withAlwaysUv],
);
