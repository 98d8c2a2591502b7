/** getassert: which credentials are used, CTAP 2.1 section 6.2.2 step 7. */
import { concat } from '#base/bytes.ts';
import type { CborKey, CborValue } from '#protocol/cbor.ts';
import { buildAssertion, ga, sendAssertion } from '../assertion.ts';
import { check, checkEqualBytes, checkStatus, checkSuccess, readBytes, readMap } from '../checks.ts';
import { NotApplicable } from '../failures.ts';
import { discoverabilityVariants, from21, hasDiscoverableCredentials, registersWithoutPin } from '../preconditions.ts';
import { descriptorOf, register, unknownDescriptors } from '../registration.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import { get, noCredentials, registerVariant } from './getassert-support.ts';

const allowLists: RequirementInput[] = [
  {
    id: 'allow-list.match',
    title: 'An own credential in allowList gives an assertion with its id',
    section: '6.2.2 step 7',
    provenBy: ['assertion.credential-other'],
    variants: discoverabilityVariants,
    async run(context) {
      const credential = await registerVariant(context);
      const members = checkSuccess(await sendAssertion(context, { allowList: [credential] }));
      checkEqualBytes(readBytes(readMap(members, 0x01, 'credential'), 'id', 'credential.id'), credential.id, 'the id');
    },
  },
  {
    id: 'allow-list.unknown',
    title: 'An allowList of unknown credentials ends with CTAP2_ERR_NO_CREDENTIALS',
    section: '6.2.2 step 7',
    provenBy: ['status.no-credentials-as-invalid', 'ignored-error.no-credentials', 'status.no-credentials-as-success'],
    accepted: [noCredentials],
    async run(context) {
      const request = buildAssertion(context);
      request.set(ga.allowList, [descriptorOf(new Uint8Array(32).fill(1))]);
      checkStatus(await context.send(get, request), noCredentials);
    },
  },
  {
    id: 'allow-list.not-listed',
    title: 'A discoverable credential that is not in allowList is not used',
    section: '6.2.2 step 7',
    provenBy: ['assertion.allow-list-ignored'],
    preconditions: [hasDiscoverableCredentials],
    accepted: [noCredentials],
    async run(context) {
      await register(context, { rk: true });
      const request = buildAssertion(context);
      request.set(ga.allowList, [descriptorOf(new Uint8Array(32).fill(1))]);
      checkStatus(await context.send(get, request), noCredentials);
    },
  },
  {
    id: 'allow-list.other-rp',
    title: 'A credential of another relying party in allowList is not used',
    section: '6.2.2 step 7',
    provenBy: ['ignored-error.no-credentials'],
    variants: discoverabilityVariants,
    accepted: [noCredentials],
    async run(context) {
      const credential = await register(context, { rk: context.variant === 'rk', rpId: `other-${context.rpId}` });
      checkStatus(await context.send(get, buildAssertion(context, { allowList: [credential] })), noCredentials);
    },
  },
  {
    id: 'allow-list.modified-id',
    title: 'A credential id with one changed bit is not accepted',
    section: '6.2.2 step 7',
    provenBy: ['ignored-error.no-credentials'],
    variants: discoverabilityVariants,
    accepted: [noCredentials],
    async run(context) {
      const credential = await registerVariant(context);
      const id = credential.id.map((byte, index) => (index === credential.id.length - 1 ? byte ^ 1 : byte));
      const request = buildAssertion(context);
      request.set(ga.allowList, [descriptorOf(id)]);
      checkStatus(await context.send(get, request), noCredentials);
    },
  },
  {
    id: 'allow-list.truncated-id',
    title: 'A truncated credential id is not accepted',
    section: '6.2.2 step 7',
    provenBy: ['ignored-error.no-credentials'],
    variants: discoverabilityVariants,
    accepted: [noCredentials],
    async run(context) {
      const { id } = await registerVariant(context);
      const request = buildAssertion(context);
      request.set(ga.allowList, [descriptorOf(id.slice(0, -1))]);
      checkStatus(await context.send(get, request), noCredentials);
    },
  },
  {
    id: 'allow-list.extended-id',
    title: 'A credential id with one more byte is not accepted',
    section: '6.2.2 step 7',
    provenBy: ['assertion.longer-id-accepted', 'ignored-error.no-credentials'],
    variants: discoverabilityVariants,
    accepted: [noCredentials],
    async run(context) {
      const { id } = await registerVariant(context);
      const request = buildAssertion(context);
      request.set(ga.allowList, [descriptorOf(concat(id, new Uint8Array(1)))]);
      checkStatus(await context.send(get, request), noCredentials);
    },
  },
  {
    id: 'allow-list.any-position',
    title: 'An own credential is found at the end of allowList',
    section: '6.2.2 step 7',
    provenBy: ['assertion.allow-list-first-only'],
    variants: discoverabilityVariants,
    async run(context) {
      const credential = await registerVariant(context);
      const request = buildAssertion(context);
      request.set(ga.allowList, [descriptorOf(new Uint8Array(32).fill(1)), descriptorOf(credential.id)]);
      checkSuccess(await context.send(get, request));
    },
  },
  {
    id: 'allow-list.other-type',
    title: 'Descriptors of another type than public-key are ignored',
    section: '6.2.2 step 7',
    provenBy: ['assertion.descriptor-type-ignored'],
    accepted: [noCredentials],
    async run(context) {
      const { id } = await register(context);
      const other = new Map<CborKey, CborValue>([
        ['id', id],
        ['type', 'private-key'],
      ]);
      const request = buildAssertion(context);
      request.set(ga.allowList, [other]);
      checkStatus(await context.send(get, request), noCredentials);
    },
  },
  {
    id: 'allow-list.max-count',
    title: 'An allowList of maxCredentialCountInList credentials is accepted',
    section: '6.4',
    provenBy: ['assertion.allow-list-first-only'],
    async run(context) {
      const count = context.info.maxCredentialCountInList;
      if (count === undefined) throw new NotApplicable('getInfo does not contain maxCredentialCountInList');
      const { id } = await register(context);
      const unknown = unknownDescriptors(context, count - 1);
      const request = buildAssertion(context);
      request.set(ga.allowList, [...unknown, descriptorOf(id)]);
      checkSuccess(await context.send(get, request));
    },
  },
  {
    id: 'allow-list.single-answer',
    title: 'An allowList with several own credentials gives one assertion without numberOfCredentials',
    section: '6.2.2 step 7',
    provenBy: ['assertion.count-too-large'],
    preconditions: [from21],
    async run(context) {
      const allowList = [await register(context), await register(context)];
      const members = checkSuccess(await sendAssertion(context, { allowList }));
      check(!members.has(0x05), 'Expected no numberOfCredentials with an allowList');
    },
  },
  {
    id: 'no-credentials',
    title: 'Without a credential of the relying party the command ends with CTAP2_ERR_NO_CREDENTIALS',
    section: '6.2.2 step 7',
    provenBy: ['status.no-credentials-as-invalid', 'ignored-error.no-credentials'],
    accepted: [noCredentials],
    run: async (context) => checkStatus(await context.send(get, buildAssertion(context)), noCredentials),
  },
];

export const getAssertionLists = defineGroup(
  { group: 'getassert', document: 'CTAP 2.1', preconditions: [registersWithoutPin] },
  allowLists,
);
