/** makecred: the steps of authenticatorMakeCredential, CTAP 2.1 section 6.1.2. */

import { parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import type { CborKey, CborValue } from '#protocol/cbor.ts';
import { coseAlgorithms } from '#protocol/cose.ts';
import { sendAssertion } from '../assertion.ts';
import { check, checkEqual, checkRefused, checkStatus, checkSuccess, readBytes } from '../checks.ts';
import { NotApplicable, setUp } from '../failures.ts';
import { withMember } from '../members.ts';
import { addToken, getToken } from '../pin.ts';
import {
  algorithmsOf,
  discoverabilityVariants,
  fromVersion,
  hasBuiltInUv,
  hasClientPin,
  hasDiscoverableCredentials,
  hasTokens,
  lacksOption,
  optionIsNotTrue,
  optionIsTrue,
  pinAuthorizesCeremonies,
  pinProtocolVariants,
  registersWithoutPin,
} from '../preconditions.ts';
import {
  authorizeRegistration,
  buildRegistration,
  credentialParameters,
  descriptorOf,
  es256,
  mc,
  register,
} from '../registration.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import type { TestContext } from '../test-context.ts';

const create = 'authenticatorMakeCredential';
const from21 = fromVersion('FIDO_2_1');
const keyOf = (members: Map<CborKey, CborValue>) =>
  parseAuthenticatorData(readBytes(members, 0x02, 'authData')).credentialPublicKey;

/** Sends a registration with another value of one member. */
const sendWithMember = (context: TestContext, path: readonly [CborKey, ...CborKey[]], value: CborValue) =>
  context.send(create, withMember(buildRegistration(context), path, value));

const algorithms: RequirementInput[] = [
  {
    id: 'algorithm.unsupported',
    title: 'A registration without a supported algorithm is refused with CTAP2_ERR_UNSUPPORTED_ALGORITHM',
    section: '6.1.2 step 3',
    provenBy: ['ignored-error.unsupported-algorithm', 'status.algorithm-as-parameter'],
    accepted: ['CTAP2_ERR_UNSUPPORTED_ALGORITHM'],
    async run(context) {
      const exchange = await sendWithMember(context, [mc.pubKeyCredParams], [credentialParameters(-65_000)]);
      checkStatus(exchange, 'CTAP2_ERR_UNSUPPORTED_ALGORITHM');
    },
  },
  {
    id: 'algorithm.empty',
    title: 'A registration with an empty pubKeyCredParams is refused',
    section: '6.1.2 step 3',
    provenBy: ['ignored-error.unsupported-algorithm'],
    async run(context) {
      const exchange = await sendWithMember(context, [mc.pubKeyCredParams], []);
      checkRefused(context, exchange, 'CTAP2_ERR_UNSUPPORTED_ALGORITHM', 'CTAP2_ERR_MISSING_PARAMETER');
    },
  },
  {
    id: 'algorithm.other-type',
    title: 'Credential parameters of another type than public-key are ignored',
    section: '6.1.2 step 3',
    provenBy: ['ignored-error.unsupported-algorithm'],
    async run(context) {
      const other = new Map<CborKey, CborValue>([
        ['alg', algorithmsOf(context.info)[0] ?? es256],
        ['type', 'private-key'],
      ]);
      checkRefused(
        context,
        await sendWithMember(context, [mc.pubKeyCredParams], [other]),
        'CTAP2_ERR_UNSUPPORTED_ALGORITHM',
      );
    },
  },
  {
    id: 'algorithm.unknown-skipped',
    title: 'Unknown algorithms before a supported one are skipped',
    section: '6.1.2 step 3',
    provenBy: ['registration.algorithm-first-only'],
    async run(context) {
      const supported = algorithmsOf(context.info)[0] ?? es256;
      const params = [credentialParameters(-65_000), credentialParameters(supported)];
      const members = checkSuccess(await sendWithMember(context, [mc.pubKeyCredParams], params));
      checkEqual(keyOf(members)?.get(3), supported, 'alg of the public key');
    },
  },
  {
    id: 'algorithm.first',
    title: 'The first supported algorithm of the request is used',
    section: '6.1.2 step 3',
    provenBy: ['registration.algorithm-last', 'registration.algorithm-forced'],
    preconditions: [
      {
        reason: 'The authenticator supports a single algorithm',
        isMet: (info) => algorithmsOf(info).length > 1,
      },
    ],
    async run(context) {
      const [preferred = es256, other = es256] = algorithmsOf(context.info);
      const params = [credentialParameters(other), credentialParameters(preferred)];
      const members = checkSuccess(await sendWithMember(context, [mc.pubKeyCredParams], params));
      checkEqual(keyOf(members)?.get(3), other, 'alg of the public key');
    },
  },
  {
    id: 'algorithm.advertised',
    title: 'Every algorithm of getInfo can be registered',
    section: '6.4',
    provenBy: ['getinfo.algorithms-other'],
    async run(context) {
      for (const algorithm of algorithmsOf(context.info)) {
        const exchange = await context.send(create, buildRegistration(context, { algorithm }));
        check(exchange.status === 'CTAP2_OK', `Expected CTAP2_OK for alg ${algorithm}, got ${exchange.status}`);
      }
    },
  },
  {
    id: 'algorithm.es256',
    title: 'Security keys support ES256',
    level: 'SHOULD',
    document: 'WebAuthn L3',
    section: '6.5.1.1',
    provenBy: ['registration.es256-unsupported'],
    preconditions: [optionIsNotTrue('plat')],
    async run(context) {
      checkSuccess(await context.send(create, buildRegistration(context, { algorithm: coseAlgorithms.ES256.alg })));
    },
  },
];

const excluded = 'CTAP2_ERR_CREDENTIAL_EXCLUDED';
const excludeLists: RequirementInput[] = [
  {
    id: 'exclude-list.match',
    title: 'A registration with an own credential in excludeList is refused with CTAP2_ERR_CREDENTIAL_EXCLUDED',
    section: '6.1.2 step 12',
    provenBy: ['registration.exclude-list-ignored', 'status.excluded-as-denied'],
    variants: discoverabilityVariants,
    accepted: [excluded],
    async run(context) {
      const { id } = await register(context, { rk: context.variant === 'rk' });
      checkStatus(
        await context.send(create, buildRegistration(context, { excludeList: [descriptorOf(id)] })),
        excluded,
      );
    },
  },
  {
    id: 'exclude-list.touch',
    title: 'A touch is required before CTAP2_ERR_CREDENTIAL_EXCLUDED',
    section: '6.1.2 step 12',
    provenBy: ['registration.presence-not-awaited'],
    provenOn: 'touchstone-key',
    preconditions: [optionIsNotTrue('uv')],
    async run(context) {
      const { id } = await register(context);
      const exchange = await context.send(create, buildRegistration(context, { excludeList: [descriptorOf(id)] }));
      checkStatus(exchange, excluded);
      check(exchange.waitedForUser, 'Expected the authenticator to wait for a touch');
    },
  },
  {
    id: 'exclude-list.any-position',
    title: 'An own credential is found at the end of excludeList',
    section: '6.1.2 step 12',
    provenBy: ['registration.exclude-list-first-only'],
    async run(context) {
      const { id } = await register(context);
      const excludeList = [descriptorOf(new Uint8Array(32).fill(1)), descriptorOf(id)];
      checkStatus(await context.send(create, buildRegistration(context, { excludeList })), excluded);
    },
  },
  {
    id: 'exclude-list.unknown',
    title: 'Unknown credentials in excludeList do not prevent a registration',
    section: '6.1.2 step 12',
    provenBy: ['registration.exclude-list-refused'],
    async run(context) {
      const excludeList = [descriptorOf(new Uint8Array(32).fill(1)), descriptorOf(new Uint8Array(64).fill(2))];
      checkSuccess(await context.send(create, buildRegistration(context, { excludeList })));
    },
  },
  {
    id: 'exclude-list.other-type',
    title: 'Descriptors of another type than public-key are ignored',
    section: '6.1.2 step 12',
    provenBy: ['registration.descriptor-type-ignored'],
    async run(context) {
      const { id } = await register(context);
      const other = new Map<CborKey, CborValue>([
        ['id', id],
        ['type', 'private-key'],
      ]);
      checkSuccess(await context.send(create, buildRegistration(context, { excludeList: [other] })));
    },
  },
  {
    id: 'exclude-list.other-rp',
    title: 'A credential of another relying party in excludeList does not prevent a registration',
    section: '6.1.2 step 12',
    provenBy: ['registration.exclude-list-refused'],
    async run(context) {
      const { id } = await register(context, { rpId: `other-${context.rpId}` });
      checkSuccess(await context.send(create, buildRegistration(context, { excludeList: [descriptorOf(id)] })));
    },
  },
  {
    id: 'exclude-list.max-count',
    title: 'An excludeList of maxCredentialCountInList credentials is accepted',
    section: '6.4',
    provenBy: ['registration.exclude-list-refused'],
    async run(context) {
      const count = context.info.maxCredentialCountInList;
      if (count === undefined) throw new NotApplicable('getInfo does not contain maxCredentialCountInList');
      const excludeList = Array.from({ length: count }, (_, index) => descriptorOf(new Uint8Array(16).fill(index)));
      checkSuccess(await context.send(create, buildRegistration(context, { excludeList })));
    },
  },
];

const options: RequirementInput[] = [
  {
    id: 'option.up-false',
    title: 'The option up: false is refused with CTAP2_ERR_INVALID_OPTION',
    section: '6.1.2 step 5',
    provenBy: ['registration.up-false-accepted', 'status.option-as-parameter'],
    preconditions: [from21, optionIsNotTrue('plat')],
    accepted: ['CTAP2_ERR_INVALID_OPTION'],
    async run(context) {
      checkStatus(await sendWithMember(context, [mc.options, 'up'], false), 'CTAP2_ERR_INVALID_OPTION');
    },
  },
  {
    id: 'option.up-true',
    title: 'The option up: true is accepted',
    section: '6.1.2 step 5',
    provenBy: ['registration.up-true-refused'],
    preconditions: [from21],
    run: async (context) => void checkSuccess(await sendWithMember(context, [mc.options, 'up'], true)),
  },
  {
    id: 'option.unknown',
    title: 'Unknown options are ignored',
    section: '6.1.2 step 5',
    provenBy: ['registration.unknown-option-refused'],
    run: async (context) => void checkSuccess(await sendWithMember(context, [mc.options, 'example'], true)),
  },
  {
    id: 'option.rk-false',
    title: 'The option rk: false is accepted',
    section: '6.1.2 step 5',
    provenBy: ['registration.rk-false-refused'],
    run: async (context) => void checkSuccess(await sendWithMember(context, [mc.options, 'rk'], false)),
  },
  {
    id: 'option.uv-unavailable',
    title: 'uv: true is refused if the authenticator cannot verify the user',
    section: '6.1.2 step 5',
    provenBy: ['registration.uv-option-ignored'],
    provenOn: 'touchstone-key',
    preconditions: [optionIsNotTrue('uv')],
    async run(context) {
      const exchange = await sendWithMember(context, [mc.options, 'uv'], true);
      checkRefused(context, exchange, 'CTAP2_ERR_INVALID_OPTION', 'CTAP2_ERR_UNSUPPORTED_OPTION');
    },
  },
  {
    id: 'option.uv-verifies',
    title: 'uv: true verifies the user with built-in user verification',
    section: '6.1.2 step 11.2',
    provenBy: ['registration.uv-option-ignored', 'flags.uv-missing'],
    preconditions: [hasBuiltInUv],
    async run(context) {
      const members = checkSuccess(await sendWithMember(context, [mc.options, 'uv'], true));
      const { flags } = parseAuthenticatorData(readBytes(members, 0x02, 'authData'));
      check((flags & 0x04) !== 0, 'Expected UV to be set');
    },
  },
  {
    id: 'option.uv-with-token',
    title: 'A token takes precedence over uv: true',
    section: '6.1.2 step 5',
    provenBy: ['registration.uv-with-token-refused'],
    preconditions: [from21, pinAuthorizesCeremonies],
    state: 'pin',
    variants: pinProtocolVariants,
    async run(context) {
      const request = await authorizeRegistration(context, buildRegistration(context));
      checkSuccess(await context.send(create, withMember(request, [mc.options, 'uv'], true)));
    },
  },
];

const unknownMembers: RequirementInput[] = [
  ['request', [0x50], 'a member of the request'],
  ['rp', [mc.rp, 'example'], 'a member of rp'],
  ['user', [mc.user, 'example'], 'a member of user'],
  ['pub-key-cred-params', [mc.pubKeyCredParams, 0, 'zzz'], 'a member of credential parameters'],
].map(([name, path, what]) => ({
  id: `unknown-member.${name}`,
  title: `Unknown members are ignored: ${what}`,
  section: '8',
  provenBy: ['registration.unknown-members-refused'],
  run: async (context: TestContext) =>
    void checkSuccess(await sendWithMember(context, path as [CborKey, ...CborKey[]], 'example')),
}));

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
    preconditions: [hasClientPin],
    accepted: ['CTAP2_ERR_PIN_NOT_SET'],
    async run(context) {
      const exchange = await sendWithMember(context, [mc.pinUvAuthParam], new Uint8Array(0));
      checkStatus(exchange, 'CTAP2_ERR_PIN_NOT_SET');
      check(exchange.waitedForUser, 'Expected the authenticator to wait for a touch');
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
      check(exchange.waitedForUser, 'Expected the authenticator to wait for a touch');
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

const required = ['CTAP2_ERR_PUAT_REQUIRED'] as const;
const tokens: RequirementInput[] = [
  {
    id: 'token.rk-required',
    title: 'A discoverable credential requires a token while a PIN is set',
    section: '6.1.2 step 8',
    provenBy: ['registration.verification-not-required', 'status.verification-required-as-denied'],
    preconditions: [hasDiscoverableCredentials, optionIsNotTrue('alwaysUv')],
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
    preconditions: [optionIsNotTrue('makeCredUvNotRqd'), optionIsNotTrue('alwaysUv')],
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

const enterprise: RequirementInput[] = [
  {
    id: 'enterprise.unsupported',
    title: 'enterpriseAttestation is refused with CTAP1_ERR_INVALID_PARAMETER if it is not supported',
    section: '6.1.2 step 9',
    provenBy: ['registration.enterprise-ignored'],
    provenOn: 'touchstone-key',
    preconditions: [from21, lacksOption('ep')],
    accepted: ['CTAP1_ERR_INVALID_PARAMETER'],
    async run(context) {
      checkStatus(await sendWithMember(context, [mc.enterpriseAttestation], 1), 'CTAP1_ERR_INVALID_PARAMETER');
    },
  },
];

export const makeCredentialSteps = defineGroup(
  { group: 'makecred', document: 'CTAP 2.1', preconditions: [registersWithoutPin] },
  [...algorithms, ...excludeLists, ...options, ...unknownMembers, ...presence, ...touchOnly, ...tokens, ...enterprise],
);
