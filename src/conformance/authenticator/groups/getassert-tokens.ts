/** getassert: tokens and protected credentials, CTAP 2.1 section 6.2.2 steps 2, 6 and 7. */
import type { CborKey, CborValue } from '#protocol/cbor.ts';
import { buildAssertion, ga } from '../assertion.ts';
import { check, checkRefused, checkStatus, checkSuccess, readBytes } from '../checks.ts';
import { setUp } from '../failures.ts';
import { addToken, getToken } from '../pin.ts';
import {
  discoverabilityVariants,
  from21,
  hasDiscoverableCredentials,
  hasExtension,
  hasTokens,
  optionIsNotTrue,
  pinAuthorizesCeremonies,
  pinProtocolVariants,
  registersWithoutPin,
} from '../preconditions.ts';
import { register } from '../registration.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import type { TestContext } from '../test-context.ts';
import type { TestCredential } from '../test-credential.ts';
import { get, keys, noCredentials, registerVariant } from './getassert-support.ts';

const invalidToken = 'CTAP2_ERR_PIN_AUTH_INVALID';

const protectedBy = (level: number) => new Map<CborKey, CborValue>([['credProtect', level]]);

/** Sends an assertion with a token that was issued for these permissions and this relying party. */
async function sendWithToken(context: TestContext, credential: TestCredential, options: TokenOptions = {}) {
  const { permissions = ['ga'], rpId = context.rpId } = options;
  const token = await getToken(context, permissions, rpId);
  const request = buildAssertion(context, { allowList: [credential] });
  const hash = options.message ?? (request.get(ga.clientDataHash) as Uint8Array);
  const authorized = addToken(request, token, hash, keys);
  return context.send(get, options.change?.(authorized) ?? authorized);
}

interface TokenOptions {
  permissions?: readonly ('mc' | 'ga' | 'cm')[];
  rpId?: string;
  message?: Uint8Array;
  change?(request: Map<CborKey, CborValue>): Map<CborKey, CborValue>;
}

const tokens: RequirementInput[] = [
  {
    id: 'token.verifies',
    title: 'UV is set after verification with a token',
    section: '6.2.2 step 6.1',
    provenBy: ['flags.uv-missing-at-sign-in'],
    state: 'pin',
    preconditions: [pinAuthorizesCeremonies],
    variants: pinProtocolVariants,
    async run(context) {
      const members = checkSuccess(await sendWithToken(context, await register(context)));
      check(((readBytes(members, 0x02, 'authData')[32] ?? 0) & 0x04) !== 0, 'Expected UV to be set');
    },
  },
  {
    id: 'token.optional',
    title: 'An assertion without a token is possible while a PIN is set, with UV clear',
    section: '6.2.2 step 6',
    provenBy: ['flags.uv-claimed', 'assertion.verification-always-required'],
    state: 'pin',
    preconditions: [optionIsNotTrue('alwaysUv')],
    async run(context) {
      const credential = await register(context);
      const members = checkSuccess(await context.send(get, buildAssertion(context, { allowList: [credential] })));
      check(((readBytes(members, 0x02, 'authData')[32] ?? 0) & 0x04) === 0, 'Expected UV to be clear');
    },
  },
  {
    id: 'token.wrong',
    title: 'A wrong pinUvAuthParam is refused with CTAP2_ERR_PIN_AUTH_INVALID',
    section: '6.2.2 step 6.1',
    provenBy: ['token.not-verified', 'status.token-as-parameter'],
    state: 'pin',
    preconditions: [pinAuthorizesCeremonies],
    variants: pinProtocolVariants,
    accepted: [invalidToken],
    async run(context) {
      const credential = await register(context);
      checkStatus(await sendWithToken(context, credential, { message: new Uint8Array(32).fill(9) }), invalidToken);
    },
  },
  {
    id: 'token.cut-off',
    title: 'The first half of pinUvAuthParam is refused with CTAP2_ERR_PIN_AUTH_INVALID',
    section: '6.2.2 step 6.1',
    provenBy: ['token.param-start-only', 'token.not-verified'],
    state: 'pin',
    preconditions: [pinAuthorizesCeremonies],
    variants: pinProtocolVariants,
    accepted: [invalidToken],
    async run(context) {
      const change = (request: Map<CborKey, CborValue>) => {
        const param = request.get(ga.pinUvAuthParam) as Uint8Array;
        return request.set(ga.pinUvAuthParam, param.slice(0, param.length / 2));
      };
      checkRefused(context, await sendWithToken(context, await register(context), { change }), invalidToken);
    },
  },
  {
    id: 'token.kept-by-silence',
    title: 'A token authorizes an assertion after one with up: false',
    section: '6.2.2 step 9',
    provenBy: ['token.spent-by-silence'],
    state: 'pin',
    preconditions: [hasTokens, pinAuthorizesCeremonies],
    async run(context) {
      const credential = await register(context);
      const token = await getToken(context, ['ga'], context.rpId);
      for (const up of [false, true]) {
        const request = buildAssertion(context, { allowList: [credential], up });
        const authorized = addToken(request, token, request.get(ga.clientDataHash) as Uint8Array, keys);
        checkSuccess(await context.send(get, authorized));
      }
    },
  },
  {
    id: 'token.permission',
    title: 'A token without the permission ga is refused with CTAP2_ERR_PIN_AUTH_INVALID',
    section: '6.2.2 step 6.1',
    provenBy: ['token.permissions-ignored'],
    state: 'pin',
    preconditions: [hasTokens, pinAuthorizesCeremonies],
    variants: pinProtocolVariants,
    accepted: [invalidToken],
    async run(context) {
      const credential = await register(context);
      checkStatus(await sendWithToken(context, credential, { permissions: ['mc'] }), invalidToken);
    },
  },
  {
    id: 'token.rp-id',
    title: 'A token of another relying party is refused with CTAP2_ERR_PIN_AUTH_INVALID',
    section: '6.2.2 step 6.1',
    provenBy: ['token.rp-id-ignored'],
    state: 'pin',
    preconditions: [hasTokens, pinAuthorizesCeremonies],
    variants: pinProtocolVariants,
    accepted: [invalidToken],
    async run(context) {
      const credential = await register(context);
      checkStatus(await sendWithToken(context, credential, { rpId: `other-${context.rpId}` }), invalidToken);
    },
  },
  {
    id: 'token.protocol-missing',
    title: 'pinUvAuthParam without pinUvAuthProtocol is refused with CTAP2_ERR_MISSING_PARAMETER',
    section: '6.2.2 step 2',
    provenBy: ['ignored-error.missing-parameter'],
    state: 'pin',
    preconditions: [from21, pinAuthorizesCeremonies],
    accepted: ['CTAP2_ERR_MISSING_PARAMETER'],
    async run(context) {
      const change = (request: Map<CborKey, CborValue>) => {
        request.delete(ga.pinUvAuthProtocol);
        return request;
      };
      checkStatus(await sendWithToken(context, await register(context), { change }), 'CTAP2_ERR_MISSING_PARAMETER');
    },
  },
  {
    id: 'token.protocol-unsupported',
    title: 'An unsupported pinUvAuthProtocol is refused with CTAP1_ERR_INVALID_PARAMETER',
    section: '6.2.2 step 2',
    provenBy: ['ignored-error.invalid-parameter'],
    state: 'pin',
    preconditions: [from21, pinAuthorizesCeremonies],
    accepted: ['CTAP1_ERR_INVALID_PARAMETER'],
    async run(context) {
      const change = (request: Map<CborKey, CborValue>) => request.set(ga.pinUvAuthProtocol, 99);
      checkStatus(await sendWithToken(context, await register(context), { change }), 'CTAP1_ERR_INVALID_PARAMETER');
    },
  },
  {
    id: 'token.consumed',
    title: 'A token does not authorize a second assertion with user presence',
    section: '6.2.2 step 9',
    provenBy: ['token.not-consumed'],
    state: 'pin',
    preconditions: [hasTokens, pinAuthorizesCeremonies],
    variants: pinProtocolVariants,
    accepted: [invalidToken],
    async run(context) {
      const credential = await register(context);
      const token = await getToken(context, ['ga'], context.rpId);
      const send = () => {
        const request = buildAssertion(context, { allowList: [credential] });
        return context.send(get, addToken(request, token, request.get(ga.clientDataHash) as Uint8Array, keys));
      };
      await setUp('sign in with the token', async () => checkSuccess(await send()));
      checkStatus(await send(), invalidToken);
    },
  },
];

const protection: RequirementInput[] = [
  {
    id: 'protection.level-2-discoverable',
    title: 'A credential with credProtect 2 is not found without allowList and user verification',
    section: '6.2.2 step 7',
    provenBy: ['assertion.cred-protect-ignored'],
    preconditions: [hasExtension('credProtect'), hasDiscoverableCredentials, optionIsNotTrue('alwaysUv')],
    accepted: [noCredentials],
    async run(context) {
      await register(context, { rk: true, extensions: protectedBy(2) });
      checkStatus(await context.send(get, buildAssertion(context)), noCredentials);
    },
  },
  {
    id: 'protection.level-2-listed',
    title: 'A credential with credProtect 2 is used without user verification if it is in allowList',
    section: '6.2.2 step 7',
    provenBy: ['assertion.verification-always-required'],
    preconditions: [hasExtension('credProtect'), optionIsNotTrue('alwaysUv')],
    variants: discoverabilityVariants,
    async run(context) {
      const credential = await registerVariant(context, protectedBy(2));
      checkSuccess(await context.send(get, buildAssertion(context, { allowList: [credential] })));
    },
  },
  {
    id: 'protection.level-3',
    title: 'A credential with credProtect 3 is not used without user verification',
    section: '6.2.2 step 7',
    provenBy: ['assertion.cred-protect-ignored'],
    preconditions: [hasExtension('credProtect'), optionIsNotTrue('alwaysUv')],
    variants: discoverabilityVariants,
    accepted: [noCredentials],
    async run(context) {
      const credential = await registerVariant(context, protectedBy(3));
      checkStatus(await context.send(get, buildAssertion(context, { allowList: [credential] })), noCredentials);
    },
  },
  {
    id: 'protection.level-3-verified',
    title: 'A credential with credProtect 3 is used with user verification',
    section: '6.2.2 step 7',
    provenBy: ['assertion.token-ignored'],
    state: 'pin',
    preconditions: [hasExtension('credProtect'), pinAuthorizesCeremonies],
    variants: discoverabilityVariants,
    async run(context) {
      const credential = await registerVariant(context, protectedBy(3));
      checkSuccess(await sendWithToken(context, credential));
    },
  },
];

export const getAssertionTokens = defineGroup(
  { group: 'getassert', document: 'CTAP 2.1', preconditions: [registersWithoutPin] },
  [...tokens, ...protection],
);
