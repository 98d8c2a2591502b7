/** getassert: the steps of authenticatorGetAssertion, CTAP 2.1 section 6.2.2. */
import type { CborKey, CborValue } from '#protocol/cbor.ts';
import { buildAssertion, ga, sendAssertion } from '../assertion.ts';
import { check, checkEqualBytes, checkRefused, checkStatus, checkSuccess, readBytes, readMap } from '../checks.ts';
import { NotApplicable, setUp } from '../failures.ts';
import { type MemberPath, withMember } from '../members.ts';
import { addToken, getToken } from '../pin.ts';
import {
  discoverabilityVariants,
  fromVersion,
  hasBuiltInUv,
  hasClientPin,
  hasDiscoverableCredentials,
  hasExtension,
  hasTokens,
  optionIsNotTrue,
  pinAuthorizesCeremonies,
  pinProtocolVariants,
  registersWithoutPin,
} from '../preconditions.ts';
import { descriptorOf, register, type TestCredential } from '../registration.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import type { TestContext } from '../test-context.ts';

const get = 'authenticatorGetAssertion';
const from21 = fromVersion('FIDO_2_1');
const noCredentials = 'CTAP2_ERR_NO_CREDENTIALS';
const invalidToken = 'CTAP2_ERR_PIN_AUTH_INVALID';
const keys = { param: ga.pinUvAuthParam, protocol: ga.pinUvAuthProtocol };

const registerVariant = (context: TestContext, extensions?: Map<CborKey, CborValue>) =>
  register(context, { rk: context.variant === 'rk', ...(extensions && { extensions }) });

/** Registers, and sends an assertion with another value of one member. */
async function sendWithMember(context: TestContext, path: MemberPath, value: CborValue) {
  const credential = await register(context);
  return context.send(get, withMember(buildAssertion(context, { allowList: [credential] }), path, value));
}

const protectedBy = (level: number) => new Map<CborKey, CborValue>([['credProtect', level]]);

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
    provenBy: ['status.no-credentials-as-invalid', 'ignored-error.no-credentials'],
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
      const unknown = Array.from({ length: count - 1 }, (_, index) => descriptorOf(new Uint8Array(16).fill(index)));
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

const options: RequirementInput[] = [
  {
    id: 'option.rk',
    title: 'The option rk is refused',
    section: '6.2.2 step 4',
    provenBy: ['assertion.rk-option-accepted'],
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
    preconditions: [optionIsNotTrue('uv')],
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
    preconditions: [hasClientPin],
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

export const getAssertionSteps = defineGroup(
  { group: 'getassert', document: 'CTAP 2.1', preconditions: [registersWithoutPin] },
  [...allowLists, ...options, ...presence, ...tokens, ...protection],
);
