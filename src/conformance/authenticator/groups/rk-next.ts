/** rk: authenticatorGetNextAssertion, CTAP 2.1 section 6.3. */
import { concat, toHex } from '#base/bytes.ts';
import { verifySignature } from '#protocol/crypto.ts';
import { buildAssertion, ga, signIn } from '../assertion.ts';
import { check, checkEqual, checkStatus, checkSuccess, readBytes } from '../checks.ts';
import { setUp } from '../failures.ts';
import {
  hasDiscoverableCredentials,
  optionIsNotTrue,
  pinAuthorizesCeremonies,
  registersWithoutPin,
} from '../preconditions.ts';
import { register, sendRegistration } from '../registration.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import type { TestContext } from '../test-context.ts';
import { idOf, registerSeveral } from './rk-support.ts';

const next = 'authenticatorGetNextAssertion';

const notAllowed = 'CTAP2_ERR_NOT_ALLOWED';

const enumeration: RequirementInput[] = [
  {
    id: 'next.all',
    title: 'getNextAssertion returns each further credential once, from the newest to the oldest',
    section: '6.3',
    provenBy: ['assertion.oldest-first'],
    async run(context) {
      const expected = (await registerSeveral(context, 3)).reverse().map(({ id }) => toHex(id));
      const found = [toHex(idOf(await signIn(context)))];
      for (let left = 2; left > 0; left--) found.push(toHex(idOf(checkSuccess(await context.send(next)))));
      checkEqual(found.join(), expected.join(), 'the credential ids');
    },
  },
  {
    id: 'next.no-count',
    title: 'Answers to getNextAssertion have no numberOfCredentials',
    section: '6.3',
    provenBy: ['assertion.next-with-count'],
    async run(context) {
      await registerSeveral(context, 2);
      await signIn(context);
      check(!checkSuccess(await context.send(next)).has(0x05), 'Expected no numberOfCredentials');
    },
  },
  {
    id: 'next.no-touch',
    title: 'getNextAssertion does not wait for the user',
    section: '6.3',
    provenBy: ['assertion.next-refused'],
    async run(context) {
      await registerSeveral(context, 2);
      await signIn(context);
      const exchange = await context.sendWith('absent', next);
      checkSuccess(exchange);
      check(!exchange.waitedForUser, 'Expected getNextAssertion not to wait for the user');
    },
  },
  {
    id: 'next.signature',
    title: 'Each answer to getNextAssertion is signed with the key of its credential',
    section: '6.3',
    provenBy: ['assertion.next-signature-invalid', 'assertion.next-flags-cleared'],
    preconditions: [optionIsNotTrue('alwaysUv')],
    async run(context) {
      const keys = new Map((await registerSeveral(context, 3)).map(({ id, publicKey }) => [toHex(id), publicKey]));
      const request = buildAssertion(context);
      await setUp('get an assertion', async () =>
        checkSuccess(await context.send('authenticatorGetAssertion', request)),
      );
      for (let left = 2; left > 0; left--) {
        const members = checkSuccess(await context.send(next));
        const key = keys.get(toHex(idOf(members)));
        const signed = concat(readBytes(members, 0x02, 'authData'), request.get(ga.clientDataHash) as Uint8Array);
        const isValid = key !== undefined && verifySignature(key, signed, readBytes(members, 0x03, 'signature'));
        check(isValid, 'The signature of the assertion is invalid');
      }
    },
  },
  {
    id: 'next.flags',
    title: 'Answers to getNextAssertion have the flags UP and UV of the answer before them',
    section: '6.3',
    provenBy: ['assertion.next-flags-cleared'],
    preconditions: [pinAuthorizesCeremonies],
    state: 'pin',
    async run(context) {
      await registerSeveral(context, 2);
      await signIn(context, { verified: true });
      const flags = readBytes(checkSuccess(await context.send(next)), 0x02, 'authData')[32] ?? 0;
      checkEqual(flags & 0x05, 0x05, 'the flags UP and UV');
    },
  },
];

/** Events between getAssertion and getNextAssertion that make getNextAssertion fail. */
const endings: readonly {
  id: string;
  title: string;
  provenBy?: string;
  count?: number;
  between(context: TestContext): Promise<unknown>;
}[] = [
  { id: 'exhausted', title: 'after the last credential', between: (context) => context.send(next) },
  {
    id: 'expired',
    title: 'more than 30 seconds after the last answer',
    provenBy: 'assertion.never-forgotten',
    count: 3,
    between: (context) => context.wait(31_000),
  },
  { id: 'power-cycle', title: 'after a power cycle', count: 3, between: (context) => context.powerCycle() },
  {
    id: 'get-info',
    title: 'after another command',
    provenBy: 'assertion.sequence-survives',
    count: 3,
    between: (context) => context.send('authenticatorGetInfo'),
  },
  {
    id: 'refused-assertion',
    title: 'after an assertion that was refused',
    provenBy: 'assertion.sequence-survives',
    count: 3,
    between: (context) => context.sendWith('decline', 'authenticatorGetAssertion', buildAssertion(context)),
  },
  { id: 'registration', title: 'after a registration', count: 3, between: (context) => sendRegistration(context) },
];

const refusals: RequirementInput[] = endings.map(
  ({ id, title, provenBy = 'ignored-error.not-allowed', count = 2, between }): RequirementInput => ({
    id: `next.${id}`,
    title: `getNextAssertion is refused with ${notAllowed} ${title}`,
    section: '6.3',
    provenBy: [provenBy, 'status.not-allowed-as-command'],
    accepted: [notAllowed],
    async run(context) {
      await registerSeveral(context, count);
      await signIn(context);
      await setUp('end the enumeration', () => between(context));
      checkStatus(await context.send(next), notAllowed);
    },
  }),
);

const withoutAssertion: RequirementInput[] = [
  {
    id: 'next.without-assertion',
    title: `getNextAssertion is refused with ${notAllowed} without an assertion before it`,
    section: '6.3 step 1',
    provenBy: ['ignored-error.not-allowed', 'status.not-allowed-as-command'],
    accepted: [notAllowed],
    run: async (context) => checkStatus(await context.send(next), notAllowed),
  },
  {
    id: 'next.single',
    title: `getNextAssertion is refused with ${notAllowed} if there was a single credential`,
    section: '6.3 step 1',
    provenBy: ['ignored-error.not-allowed', 'status.not-allowed-as-command'],
    accepted: [notAllowed],
    async run(context) {
      await register(context, { rk: true });
      await signIn(context);
      checkStatus(await context.send(next), notAllowed);
    },
  },
];

export const nextAssertions = defineGroup(
  { group: 'rk', document: 'CTAP 2.1', preconditions: [hasDiscoverableCredentials, registersWithoutPin] },
  [...enumeration, ...refusals, ...withoutAssertion],
);
