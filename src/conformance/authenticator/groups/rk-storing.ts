/** rk: storing discoverable credentials and their users, CTAP 2.1 sections 6.1.2 step 17 and 6.2.2. */
import { buildAssertion, sendAssertion } from '../assertion.ts';
import { check, checkEqual, checkEqualBytes, checkStatus, checkSuccess, readBytes, readMap } from '../checks.ts';
import type { Exchange } from '../exchange.ts';
import {
  from21,
  hasDiscoverableCredentials,
  hasMember,
  optionIsNotTrue,
  pinAuthorizesCeremonies,
  registersWithoutPin,
} from '../preconditions.ts';
import { buildRegistration, register } from '../registration.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import type { TestContext } from '../test-context.ts';
import { idOf, registerSeveral } from './rk-support.ts';

const storing: RequirementInput[] = [
  {
    id: 'stored',
    title: 'A credential with rk: true is found without allowList',
    section: '6.1.2 step 17',
    provenBy: ['registration.rk-ignored'],
    async run(context) {
      const credential = await register(context, { rk: true });
      checkEqualBytes(idOf(checkSuccess(await sendAssertion(context))), credential.id, 'the credential id');
    },
  },
  {
    id: 'not-stored',
    title: 'A credential without rk: true is not found without allowList',
    section: '6.1.2 step 17',
    provenBy: ['registration.rk-always'],
    preconditions: [optionIsNotTrue('plat')],
    accepted: ['CTAP2_ERR_NO_CREDENTIALS'],
    async run(context) {
      await register(context);
      checkStatus(await context.send('authenticatorGetAssertion', buildAssertion(context)), 'CTAP2_ERR_NO_CREDENTIALS');
    },
  },
  {
    id: 'overwritten',
    title: 'A second registration of the same user replaces the discoverable credential',
    section: '6.1.2 step 17',
    provenBy: ['registration.same-user-kept'],
    async run(context) {
      await register(context, { rk: true });
      const second = await register(context, { rk: true });
      const members = checkSuccess(await sendAssertion(context));
      checkEqualBytes(idOf(members), second.id, 'the credential id');
      check(!members.has(0x05), 'Expected a single credential of the user');
    },
  },
  {
    id: 'overwritten-by-id',
    title: 'A replaced credential is not found in allowList either',
    section: '6.1.2 step 17',
    provenBy: ['registration.same-user-kept'],
    accepted: ['CTAP2_ERR_NO_CREDENTIALS'],
    async run(context) {
      const first = await register(context, { rk: true });
      await register(context, { rk: true });
      const request = buildAssertion(context, { allowList: [first] });
      checkStatus(await context.send('authenticatorGetAssertion', request), 'CTAP2_ERR_NO_CREDENTIALS');
    },
  },
  {
    id: 'users-separate',
    title: 'Credentials of different users exist side by side',
    section: '6.1.2 step 17',
    provenBy: ['registration.one-user-only'],
    async run(context) {
      await registerSeveral(context, 2);
      checkEqual(checkSuccess(await sendAssertion(context)).get(0x05), 2, 'numberOfCredentials');
    },
  },
  {
    id: 'relying-parties-separate',
    title: 'The same user at two relying parties has two credentials',
    section: '6.1.2 step 17',
    provenBy: ['registration.rk-ignored'],
    async run(context) {
      const first = await register(context, { rk: true });
      await register(context, { rk: true, rpId: `other-${context.rpId}` });
      checkEqualBytes(idOf(checkSuccess(await sendAssertion(context))), first.id, 'the credential id');
    },
  },
  {
    id: 'survives-power-cycle',
    title: 'A discoverable credential survives a power cycle',
    section: '6.1.2 step 17',
    provenBy: ['registration.rk-ignored'],
    async run(context) {
      const credential = await register(context, { rk: true });
      await context.powerCycle();
      checkEqualBytes(idOf(checkSuccess(await sendAssertion(context))), credential.id, 'the credential id');
    },
  },
  {
    id: 'full',
    title: 'A registration without space is refused with CTAP2_ERR_KEY_STORE_FULL',
    section: '6.1.2 step 17',
    provenBy: ['ignored-error.key-store-full', 'status.full-as-other'],
    provenOn: 'yubikey-5-nfc-enterprise',
    destructive: true,
    preconditions: [
      hasMember('remainingDiscoverableCredentials'),
      {
        reason: 'There is space for more than 150 discoverable credentials',
        isMet: ({ remainingDiscoverableCredentials: left = 0 }) => left <= 150,
      },
    ],
    accepted: ['CTAP2_ERR_KEY_STORE_FULL'],
    async run(context) {
      const { remainingDiscoverableCredentials: left = 0 } = await context.readInfo();
      await registerSeveral(context, left);
      checkStatus(await registerUntilRefused(context, left), 'CTAP2_ERR_KEY_STORE_FULL');
    },
  },
];

/**
 * Registers further discoverable credentials until one is refused, and returns that answer. There may be space for more than `stored`:
 * remainingDiscoverableCredentials is an estimate for credentials of maximum size.
 */
async function registerUntilRefused(context: TestContext, stored: number): Promise<Exchange> {
  const last = stored * 4 + 1;
  for (let index = stored + 1; ; index++) {
    const request = buildRegistration(context, { rk: true, userId: context.random.bytes(16) });
    const exchange = await context.send('authenticatorMakeCredential', request);
    if (exchange.status !== 'CTAP2_OK' || index >= last) return exchange;
  }
}

const users: RequirementInput[] = [
  {
    id: 'user.id',
    title: 'An assertion with a discoverable credential contains user.id',
    section: '6.2.2 step 13',
    provenBy: ['assertion.user-missing', 'assertion.user-other', 'assertion.user-id-missing'],
    async run(context) {
      const credential = await register(context, { rk: true });
      const user = readMap(checkSuccess(await sendAssertion(context)), 0x04, 'user');
      checkEqualBytes(readBytes(user, 'id', 'user.id'), credential.userId, 'user.id');
    },
  },
  {
    id: 'user.id-64',
    title: 'A user.id of 64 bytes is stored whole',
    document: 'WebAuthn L3',
    section: '5.4.3',
    provenBy: ['registration.user-id-cut-off', 'assertion.user-missing'],
    async run(context) {
      const { userId } = await register(context, { rk: true, userId: context.random.bytes(64) });
      const user = readMap(checkSuccess(await sendAssertion(context)), 0x04, 'user');
      checkEqualBytes(readBytes(user, 'id', 'user.id'), userId, 'user.id');
    },
  },
  {
    id: 'user.names-hidden',
    title: 'Names of the user are not returned without user verification',
    section: '6.2.2 step 13',
    provenBy: ['assertion.names-unverified'],
    preconditions: [optionIsNotTrue('alwaysUv')],
    async run(context) {
      await registerSeveral(context, 2);
      const request = buildAssertion(context);
      const members = checkSuccess(await context.send('authenticatorGetAssertion', request));
      const user = readMap(members, 0x04, 'user');
      check(!user.has('name') && !user.has('displayName'), 'Expected only user.id without user verification');
    },
  },
  {
    id: 'user.names-single',
    title: 'Names of the user are not returned if there is a single credential',
    section: '6.2.2 step 13',
    provenBy: ['assertion.names-unverified'],
    preconditions: [from21, optionIsNotTrue('alwaysUv')],
    async run(context) {
      await register(context, { rk: true });
      const user = readMap(checkSuccess(await sendAssertion(context)), 0x04, 'user');
      check(!user.has('name') && !user.has('displayName'), 'Expected only user.id of a single credential');
    },
  },
  {
    id: 'user.names-verified',
    title: 'Names of the user are returned to choose between accounts after user verification',
    section: '6.2.2 step 13',
    level: 'SHOULD',
    provenBy: ['registration.user-name-lost'],
    state: 'pin',
    preconditions: [pinAuthorizesCeremonies],
    async run(context) {
      await registerSeveral(context, 2);
      const user = readMap(checkSuccess(await sendAssertion(context, { verified: true })), 0x04, 'user');
      checkEqual(user.get('name'), 'alice', 'user.name');
    },
  },
  {
    id: 'count',
    title: 'numberOfCredentials is the number of credentials of the relying party',
    section: '6.2.2 step 12',
    provenBy: ['assertion.count-missing', 'assertion.count-too-large', 'assertion.count-absurd'],
    async run(context) {
      await registerSeveral(context, 3);
      checkEqual(checkSuccess(await sendAssertion(context)).get(0x05), 3, 'numberOfCredentials');
    },
  },
  {
    id: 'order',
    title: 'The newest credential is returned first',
    section: '6.2.2 step 12',
    provenBy: ['assertion.oldest-first'],
    async run(context) {
      const [, , newest] = await registerSeveral(context, 3);
      checkEqualBytes(idOf(checkSuccess(await sendAssertion(context))), newest?.id ?? new Uint8Array(), 'the first id');
    },
  },
];

export const credentialStoring = defineGroup(
  { group: 'rk', document: 'CTAP 2.1', preconditions: [hasDiscoverableCredentials, registersWithoutPin] },
  [...storing, ...users],
);
