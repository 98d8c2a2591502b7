/** makecred: user presence, CTAP 2.1 section 6.1.2 steps 1 and 14. */
import { sendAssertion } from '../assertion.ts';
import { check, checkRefused, checkStatus, checkWaited } from '../checks.ts';
import { withMember } from '../members.ts';
import {
  discoverabilityVariants,
  hasClientPin,
  hasDiscoverableCredentials,
  optionIsNotTrue,
  registersUnverified,
  registersWithoutPin,
} from '../preconditions.ts';
import { buildRegistration, mc } from '../registration.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import { create, sendWithMember } from './makecred-support.ts';

const presence: RequirementInput[] = [
  {
    id: 'presence.required',
    title: 'A registration requires a touch',
    section: '6.1.2 step 14',
    provenBy: ['registration.presence-not-awaited'],
    provenOn: 'touchstone-key',
    variants: discoverabilityVariants,
    preconditions: [optionIsNotTrue('plat')],
    async run(context) {
      const request = buildRegistration(context, { rk: context.variant === 'rk' });
      const exchange = await context.sendWith('absent', create, request);
      check(exchange.status !== 'CTAP2_OK', 'Expected no credential without a touch, got CTAP2_OK');
    },
  },
  {
    id: 'presence.declined',
    title: 'A registration that the user declines ends with CTAP2_ERR_OPERATION_DENIED',
    section: '6.1.2 step 14',
    provenBy: ['status.denied-as-timeout', 'ignored-error.operation-denied'],
    accepted: ['CTAP2_ERR_OPERATION_DENIED'],
    async run(context) {
      const exchange = await context.sendWith('decline', create, buildRegistration(context));
      checkStatus(exchange, 'CTAP2_ERR_OPERATION_DENIED');
    },
  },
  {
    id: 'presence.timeout',
    title: 'A registration ends with an error if the user does not react',
    section: '6.1.2 step 14',
    provenBy: ['ignored-error.user-action-timeout'],
    accepted: ['CTAP2_ERR_USER_ACTION_TIMEOUT', 'CTAP2_ERR_OPERATION_DENIED'],
    async run(context) {
      const exchange = await context.sendWith('absent', create, buildRegistration(context));
      checkRefused(context, exchange, 'CTAP2_ERR_USER_ACTION_TIMEOUT', 'CTAP2_ERR_OPERATION_DENIED');
    },
  },
  {
    id: 'presence.cancel',
    title: 'A registration that the platform cancels ends with CTAP2_ERR_KEEPALIVE_CANCEL',
    section: '11.2.9.1.5',
    provenBy: ['status.cancel-as-denied', 'ignored-error.cancel'],
    accepted: ['CTAP2_ERR_KEEPALIVE_CANCEL'],
    async run(context) {
      checkStatus(await context.sendAndCancel(create, buildRegistration(context)), 'CTAP2_ERR_KEEPALIVE_CANCEL');
    },
  },
  {
    id: 'presence.nothing-stored',
    title: 'A declined registration stores no credential',
    section: '6.1.2 step 14',
    provenBy: ['registration.presence-not-awaited'],
    provenOn: 'touchstone-key',
    preconditions: [hasDiscoverableCredentials, optionIsNotTrue('plat')],
    async run(context) {
      await context.sendWith('decline', create, buildRegistration(context, { rk: true }));
      checkStatus(await sendAssertion(context), 'CTAP2_ERR_NO_CREDENTIALS');
    },
  },
];

const touchOnly: RequirementInput[] = [
  {
    id: 'touch-request.pin-not-set',
    title: 'An empty pinUvAuthParam ends with CTAP2_ERR_PIN_NOT_SET after a touch while no PIN is set',
    section: '6.1.2 step 1',
    provenBy: ['registration.touch-request-as-missing', 'registration.touch-request-as-auth-invalid'],
    preconditions: [registersUnverified, hasClientPin],
    accepted: ['CTAP2_ERR_PIN_NOT_SET'],
    async run(context) {
      const exchange = await sendWithMember(context, [mc.pinUvAuthParam], new Uint8Array(0));
      checkStatus(exchange, 'CTAP2_ERR_PIN_NOT_SET');
      checkWaited(context, exchange);
    },
  },
  {
    id: 'touch-request.pin-set',
    title: 'An empty pinUvAuthParam ends with CTAP2_ERR_PIN_INVALID after a touch while a PIN is set',
    section: '6.1.2 step 1',
    provenBy: ['registration.touch-request-as-missing', 'registration.touch-request-as-auth-invalid'],
    preconditions: [hasClientPin],
    state: 'pin',
    accepted: ['CTAP2_ERR_PIN_INVALID'],
    async run(context) {
      const exchange = await sendWithMember(context, [mc.pinUvAuthParam], new Uint8Array(0));
      checkStatus(exchange, 'CTAP2_ERR_PIN_INVALID');
      checkWaited(context, exchange);
    },
  },
  {
    id: 'touch-request.declined',
    title: 'An empty pinUvAuthParam ends with CTAP2_ERR_OPERATION_DENIED if the user declines',
    section: '6.1.2 step 1',
    provenBy: ['registration.touch-request-as-missing', 'ignored-error.operation-denied'],
    preconditions: [hasClientPin],
    accepted: ['CTAP2_ERR_OPERATION_DENIED'],
    async run(context) {
      const request = withMember(buildRegistration(context), [mc.pinUvAuthParam], new Uint8Array(0));
      checkStatus(await context.sendWith('decline', create, request), 'CTAP2_ERR_OPERATION_DENIED');
    },
  },
];

export const makeCredentialPresence = defineGroup(
  { group: 'makecred', document: 'CTAP 2.1', preconditions: [registersWithoutPin] },
  [...presence, ...touchOnly],
);
