/** getassert: options and user presence, CTAP 2.1 section 6.2.2 steps 1, 4 and 9. */
import type { CborValue } from '#protocol/cbor.ts';
import { buildAssertion, ga, sendAssertion } from '../assertion.ts';
import { check, checkRefused, checkStatus, checkSuccess, readBytes } from '../checks.ts';
import { type MemberPath, withMember } from '../members.ts';
import { addToken, getToken } from '../pin.ts';
import {
  discoverabilityVariants,
  from21,
  hasBuiltInUv,
  hasClientPin,
  optionIsNotTrue,
  pinAuthorizesCeremonies,
  pinProtocolVariants,
  registersUnverified,
  registersWithoutPin,
} from '../preconditions.ts';
import { register } from '../registration.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import type { TestContext } from '../test-context.ts';
import { get, keys, registerVariant } from './getassert-support.ts';

/** Registers, and sends an assertion with another value of one member. */
async function sendWithMember(context: TestContext, path: MemberPath, value: CborValue) {
  const credential = await register(context);
  return context.send(get, withMember(buildAssertion(context, { allowList: [credential] }), path, value));
}

const options: RequirementInput[] = [
  {
    id: 'option.rk',
    title: 'The option rk is refused',
    section: '6.2.2 step 4',
    provenBy: ['assertion.rk-option-accepted', 'status.rk-option-as-success'],
    accepted: ['CTAP2_ERR_UNSUPPORTED_OPTION', 'CTAP2_ERR_INVALID_OPTION'],
    async run(context) {
      const exchange = await sendWithMember(context, [ga.options, 'rk'], true);
      checkRefused(context, exchange, 'CTAP2_ERR_UNSUPPORTED_OPTION', 'CTAP2_ERR_INVALID_OPTION');
    },
  },
  {
    id: 'option.up-true',
    title: 'The option up: true is accepted',
    section: '6.2.2 step 4',
    provenBy: ['assertion.up-true-refused'],
    run: async (context) => void checkSuccess(await sendWithMember(context, [ga.options, 'up'], true)),
  },
  {
    id: 'option.unknown',
    title: 'Unknown options are ignored',
    section: '6.2.2 step 4',
    provenBy: ['assertion.unknown-option-refused'],
    run: async (context) => void checkSuccess(await sendWithMember(context, [ga.options, 'example'], true)),
  },
  {
    id: 'option.uv-unavailable',
    title: 'uv: true is refused if the authenticator cannot verify the user',
    section: '6.2.2 step 4',
    provenBy: ['assertion.uv-option-ignored'],
    provenOn: 'touchstone-key',
    preconditions: [registersUnverified, optionIsNotTrue('uv')],
    async run(context) {
      const exchange = await sendWithMember(context, [ga.options, 'uv'], true);
      checkRefused(context, exchange, 'CTAP2_ERR_INVALID_OPTION', 'CTAP2_ERR_UNSUPPORTED_OPTION');
    },
  },
  {
    id: 'option.uv-verifies',
    title: 'uv: true verifies the user with built-in user verification',
    section: '6.2.2 step 6.2',
    provenBy: ['assertion.uv-option-ignored', 'flags.uv-missing-at-sign-in'],
    preconditions: [hasBuiltInUv],
    async run(context) {
      const members = checkSuccess(await sendWithMember(context, [ga.options, 'uv'], true));
      check(((readBytes(members, 0x02, 'authData')[32] ?? 0) & 0x04) !== 0, 'Expected UV to be set');
    },
  },
  {
    id: 'option.uv-wrong-finger',
    title: 'uv: true with a fingerprint that is not enrolled is refused',
    section: '6.2.2 step 6.2',
    provenBy: ['ignored-error.operation-denied'],
    preconditions: [hasBuiltInUv],
    async run(context) {
      const credential = await register(context);
      const request = withMember(buildAssertion(context, { allowList: [credential] }), [ga.options, 'uv'], true);
      const exchange = await context.sendWith('wrong-finger', get, request);
      const accepted = ['CTAP2_ERR_OPERATION_DENIED', 'CTAP2_ERR_PUAT_REQUIRED', 'CTAP2_ERR_PIN_BLOCKED'] as const;
      checkRefused(context, exchange, ...accepted);
    },
  },
  {
    id: 'option.uv-with-token',
    title: 'A token takes precedence over uv: true',
    section: '6.2.2 step 4',
    provenBy: ['assertion.uv-with-token-refused'],
    preconditions: [from21, pinAuthorizesCeremonies],
    state: 'pin',
    variants: pinProtocolVariants,
    async run(context) {
      const credential = await register(context);
      const token = await getToken(context, ['ga'], context.rpId);
      const request = withMember(buildAssertion(context, { allowList: [credential] }), [ga.options, 'uv'], true);
      const hash = request.get(ga.clientDataHash) as Uint8Array;
      checkSuccess(await context.send(get, addToken(request, token, hash, keys)));
    },
  },
  {
    id: 'unknown-member',
    title: 'Unknown members of the request are ignored',
    section: '8',
    provenBy: ['assertion.unknown-members-refused'],
    run: async (context) => void checkSuccess(await sendWithMember(context, [0x50], 'example')),
  },
];

const presence: RequirementInput[] = [
  {
    id: 'presence.required',
    title: 'An assertion requires a touch',
    section: '6.2.2 step 9',
    provenBy: ['registration.presence-not-awaited', 'assertion.silence-for-touch'],
    provenOn: 'touchstone-key',
    preconditions: [optionIsNotTrue('plat')],
    async run(context) {
      const credential = await register(context);
      const exchange = await context.sendWith('absent', get, buildAssertion(context, { allowList: [credential] }));
      check(exchange.status !== 'CTAP2_OK', 'Expected no assertion without a touch, got CTAP2_OK');
    },
  },
  {
    id: 'presence.flag',
    title: 'UP is set after a touch',
    section: '6.2.2 step 9',
    provenBy: ['flags.up-missing-at-sign-in', 'assertion.silence-for-touch'],
    async run(context) {
      const allowList = [await register(context)];
      const members = checkSuccess(await sendAssertion(context, { allowList }));
      check(((readBytes(members, 0x02, 'authData')[32] ?? 0) & 0x01) !== 0, 'Expected UP to be set');
    },
  },
  {
    id: 'presence.silent',
    title: 'With up: false the authenticator does not wait for a touch, and UP is clear',
    section: '6.2.2 step 9',
    provenBy: ['assertion.touch-for-silence'],
    variants: discoverabilityVariants,
    async run(context) {
      const allowList = [await registerVariant(context)];
      const exchange = await sendAssertion(context, { allowList, up: false });
      const flags = readBytes(checkSuccess(exchange), 0x02, 'authData')[32] ?? 0;
      check(!exchange.waitedForUser, 'Expected the authenticator not to wait for a touch');
      check((flags & 0x01) === 0, 'Expected UP to be clear');
    },
  },
  {
    id: 'presence.declined',
    title: 'An assertion that the user declines ends with CTAP2_ERR_OPERATION_DENIED',
    section: '6.2.2 step 9',
    provenBy: ['status.denied-as-timeout', 'ignored-error.operation-denied'],
    accepted: ['CTAP2_ERR_OPERATION_DENIED'],
    async run(context) {
      const credential = await register(context);
      const exchange = await context.sendWith('decline', get, buildAssertion(context, { allowList: [credential] }));
      checkStatus(exchange, 'CTAP2_ERR_OPERATION_DENIED');
    },
  },
  {
    id: 'presence.cancel',
    title: 'An assertion that the platform cancels ends with CTAP2_ERR_KEEPALIVE_CANCEL',
    section: '11.2.9.1.5',
    provenBy: ['status.cancel-as-denied', 'ignored-error.cancel'],
    accepted: ['CTAP2_ERR_KEEPALIVE_CANCEL'],
    async run(context) {
      const credential = await register(context);
      const request = buildAssertion(context, { allowList: [credential] });
      checkStatus(await context.sendAndCancel(get, request), 'CTAP2_ERR_KEEPALIVE_CANCEL');
    },
  },
  {
    id: 'touch-request.pin-not-set',
    title: 'An empty pinUvAuthParam ends with CTAP2_ERR_PIN_NOT_SET after a touch while no PIN is set',
    section: '6.2.2 step 1',
    provenBy: ['ignored-error.pin-not-set', 'status.pin-not-set-as-wrong-pin'],
    preconditions: [registersUnverified, hasClientPin],
    accepted: ['CTAP2_ERR_PIN_NOT_SET'],
    async run(context) {
      const request = withMember(buildAssertion(context), [ga.pinUvAuthParam], new Uint8Array(0));
      checkStatus(await context.send(get, request), 'CTAP2_ERR_PIN_NOT_SET');
    },
  },
  {
    id: 'touch-request.pin-set',
    title: 'An empty pinUvAuthParam ends with CTAP2_ERR_PIN_INVALID after a touch while a PIN is set',
    section: '6.2.2 step 1',
    provenBy: ['ignored-error.pin-invalid', 'status.wrong-pin-as-auth-invalid'],
    preconditions: [hasClientPin],
    state: 'pin',
    accepted: ['CTAP2_ERR_PIN_INVALID'],
    async run(context) {
      const request = withMember(buildAssertion(context), [ga.pinUvAuthParam], new Uint8Array(0));
      checkStatus(await context.send(get, request), 'CTAP2_ERR_PIN_INVALID');
    },
  },
];

export const getAssertionOptions = defineGroup(
  { group: 'getassert', document: 'CTAP 2.1', preconditions: [registersWithoutPin] },
  [...options, ...presence],
);
