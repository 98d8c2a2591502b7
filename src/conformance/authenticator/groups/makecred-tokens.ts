/** makecred: tokens, CTAP 2.1 section 6.1.2 steps 2, 8, 10 and 11. */
import { checkRefused, checkStatus, checkSuccess } from '../checks.ts';
import { setUp } from '../failures.ts';
import { addToken, getToken } from '../pin.ts';
import {
  from21,
  hasDiscoverableCredentials,
  hasTokens,
  optionIsNotTrue,
  optionIsTrue,
  pinAuthorizesCeremonies,
  pinProtocolVariants,
  registersWithoutPin,
} from '../preconditions.ts';
import { authorizeRegistration, buildRegistration, mc } from '../registration.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import { create } from './makecred-support.ts';

const required = ['CTAP2_ERR_PUAT_REQUIRED'] as const;

const tokens: RequirementInput[] = [
  {
    id: 'token.rk-required',
    title: 'A discoverable credential requires a token while a PIN is set',
    section: '6.1.2 step 8',
    provenBy: ['registration.verification-not-required', 'status.verification-required-as-denied'],
    preconditions: [hasDiscoverableCredentials, optionIsNotTrue('alwaysUv'), pinAuthorizesCeremonies],
    state: 'pin',
    accepted: required,
    async run(context) {
      checkStatus(await context.send(create, buildRegistration(context, { rk: true })), ...required);
    },
  },
  {
    id: 'token.required',
    title: 'Without makeCredUvNotRqd, every registration requires a token while a PIN is set',
    section: '6.1.2 step 8',
    provenBy: ['registration.verification-not-required', 'status.verification-required-as-denied'],
    provenOn: 'yubikey-5-nfc',
    preconditions: [optionIsNotTrue('makeCredUvNotRqd'), optionIsNotTrue('alwaysUv'), pinAuthorizesCeremonies],
    state: 'pin',
    accepted: required,
    async run(context) {
      checkStatus(await context.send(create, buildRegistration(context)), ...required);
    },
  },
  {
    id: 'token.not-required',
    title: 'With makeCredUvNotRqd, a credential that is not discoverable needs no token',
    section: '6.1.2 step 10',
    provenBy: ['registration.verification-always-required'],
    preconditions: [optionIsTrue('makeCredUvNotRqd')],
    state: 'pin',
    run: async (context) => void checkSuccess(await context.send(create, buildRegistration(context))),
  },
  {
    id: 'token.wrong',
    title: 'A wrong pinUvAuthParam is refused with CTAP2_ERR_PIN_AUTH_INVALID',
    section: '6.1.2 step 11.1',
    provenBy: ['token.not-verified', 'registration.token-ignored', 'status.token-as-parameter'],
    state: 'pin',
    preconditions: [pinAuthorizesCeremonies],
    variants: pinProtocolVariants,
    accepted: ['CTAP2_ERR_PIN_AUTH_INVALID'],
    async run(context) {
      const token = await getToken(context, ['mc'], context.rpId);
      const request = addToken(buildRegistration(context), token, context.random.bytes(32), {
        param: mc.pinUvAuthParam,
        protocol: mc.pinUvAuthProtocol,
      });
      checkStatus(await context.send(create, request), 'CTAP2_ERR_PIN_AUTH_INVALID');
    },
  },
  {
    id: 'token.cut-off',
    title: 'The first half of pinUvAuthParam is refused with CTAP2_ERR_PIN_AUTH_INVALID',
    section: '6.1.2 step 11.1',
    provenBy: ['token.param-start-only', 'token.not-verified'],
    state: 'pin',
    preconditions: [pinAuthorizesCeremonies],
    variants: pinProtocolVariants,
    accepted: ['CTAP2_ERR_PIN_AUTH_INVALID'],
    async run(context) {
      const request = await authorizeRegistration(context, buildRegistration(context));
      const param = request.get(mc.pinUvAuthParam) as Uint8Array;
      request.set(mc.pinUvAuthParam, param.slice(0, param.length / 2));
      checkRefused(context, await context.send(create, request), 'CTAP2_ERR_PIN_AUTH_INVALID');
    },
  },
  {
    id: 'token.without-token',
    title: 'A pinUvAuthParam is refused while no token was issued',
    section: '6.1.2 step 11.1',
    provenBy: ['registration.token-ignored', 'status.token-as-parameter'],
    state: 'pin',
    preconditions: [pinAuthorizesCeremonies],
    variants: pinProtocolVariants,
    accepted: ['CTAP2_ERR_PIN_AUTH_INVALID'],
    async run(context) {
      const token = await getToken(context, ['mc'], context.rpId);
      await context.powerCycle();
      const request = buildRegistration(context);
      const hash = request.get(mc.clientDataHash) as Uint8Array;
      const keys = { param: mc.pinUvAuthParam, protocol: mc.pinUvAuthProtocol };
      checkStatus(await context.send(create, addToken(request, token, hash, keys)), 'CTAP2_ERR_PIN_AUTH_INVALID');
    },
  },
  {
    id: 'token.protocol-missing',
    title: 'pinUvAuthParam without pinUvAuthProtocol is refused with CTAP2_ERR_MISSING_PARAMETER',
    section: '6.1.2 step 2',
    provenBy: ['ignored-error.missing-parameter'],
    preconditions: [from21, pinAuthorizesCeremonies],
    state: 'pin',
    accepted: ['CTAP2_ERR_MISSING_PARAMETER'],
    async run(context) {
      const request = await authorizeRegistration(context, buildRegistration(context));
      request.delete(mc.pinUvAuthProtocol);
      checkStatus(await context.send(create, request), 'CTAP2_ERR_MISSING_PARAMETER');
    },
  },
  {
    id: 'token.protocol-unsupported',
    title: 'An unsupported pinUvAuthProtocol is refused with CTAP1_ERR_INVALID_PARAMETER',
    section: '6.1.2 step 2',
    provenBy: ['ignored-error.invalid-parameter'],
    preconditions: [from21, pinAuthorizesCeremonies],
    state: 'pin',
    accepted: ['CTAP1_ERR_INVALID_PARAMETER'],
    async run(context) {
      const request = await authorizeRegistration(context, buildRegistration(context));
      request.set(mc.pinUvAuthProtocol, 99);
      checkStatus(await context.send(create, request), 'CTAP1_ERR_INVALID_PARAMETER');
    },
  },
  {
    id: 'token.permission',
    title: 'A token without the permission mc is refused with CTAP2_ERR_PIN_AUTH_INVALID',
    section: '6.1.2 step 11.1',
    provenBy: ['token.permissions-ignored'],
    preconditions: [hasTokens, pinAuthorizesCeremonies],
    state: 'pin',
    variants: pinProtocolVariants,
    accepted: ['CTAP2_ERR_PIN_AUTH_INVALID'],
    async run(context) {
      const request = buildRegistration(context);
      const token = await getToken(context, ['ga'], context.rpId);
      const hash = request.get(mc.clientDataHash) as Uint8Array;
      const keys = { param: mc.pinUvAuthParam, protocol: mc.pinUvAuthProtocol };
      checkStatus(await context.send(create, addToken(request, token, hash, keys)), 'CTAP2_ERR_PIN_AUTH_INVALID');
    },
  },
  {
    id: 'token.rp-id',
    title: 'A token of another relying party is refused with CTAP2_ERR_PIN_AUTH_INVALID',
    section: '6.1.2 step 11.1',
    provenBy: ['token.rp-id-ignored'],
    preconditions: [hasTokens, pinAuthorizesCeremonies],
    state: 'pin',
    variants: pinProtocolVariants,
    accepted: ['CTAP2_ERR_PIN_AUTH_INVALID'],
    async run(context) {
      const request = buildRegistration(context);
      const token = await getToken(context, ['mc'], `other-${context.rpId}`);
      const hash = request.get(mc.clientDataHash) as Uint8Array;
      const keys = { param: mc.pinUvAuthParam, protocol: mc.pinUvAuthProtocol };
      checkStatus(await context.send(create, addToken(request, token, hash, keys)), 'CTAP2_ERR_PIN_AUTH_INVALID');
    },
  },
  {
    id: 'token.consumed',
    title: 'A token does not authorize a second registration',
    section: '6.1.2 step 14',
    provenBy: ['token.not-consumed'],
    preconditions: [hasTokens, pinAuthorizesCeremonies],
    state: 'pin',
    variants: pinProtocolVariants,
    accepted: ['CTAP2_ERR_PIN_AUTH_INVALID'],
    async run(context) {
      const token = await getToken(context, ['mc'], context.rpId);
      const keys = { param: mc.pinUvAuthParam, protocol: mc.pinUvAuthProtocol };
      const send = () => {
        const request = buildRegistration(context);
        return context.send(create, addToken(request, token, request.get(mc.clientDataHash) as Uint8Array, keys));
      };
      await setUp('register with the token', async () => checkSuccess(await send()));
      checkStatus(await send(), 'CTAP2_ERR_PIN_AUTH_INVALID');
    },
  },
];

export const makeCredentialTokens = defineGroup(
  { group: 'makecred', document: 'CTAP 2.1', preconditions: [registersWithoutPin] },
  tokens,
);
