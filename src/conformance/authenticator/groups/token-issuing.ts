/** token: getting a token and its permissions, CTAP 2.1 section 6.5.5.7. */
import { type Permission, permissions } from '#protocol/commands.ts';
import { credentialManagementSubCommands } from '#protocol/management.ts';
import { check, checkDifferentBytes, checkStatus, checkSuccess, readBytes } from '../checks.ts';
import {
  buildGetPinToken,
  buildGetToken,
  buildGetUvToken,
  cp,
  sendClientPin,
  type TokenRequest,
} from '../client-pin.ts';
import type { Exchange } from '../exchange.ts';
import { credentialManagement, sendManagement } from '../management.ts';
import { withMember } from '../members.ts';
import { getToken } from '../pin.ts';
import {
  fromVersion,
  hasBuiltInUv,
  hasClientPin,
  hasOption,
  hasTokens,
  lacksOption,
  optionIsNotTrue,
  optionIsTrue,
  pinProtocolVariants,
} from '../preconditions.ts';
import { defineGroup, type Precondition, type RequirementInput } from '../requirement.ts';
import type { TestContext } from '../test-context.ts';
import { ceremonies, token } from './token-support.ts';

const { getCredsMetadata } = credentialManagementSubCommands;

const unauthorized = 'CTAP2_ERR_UNAUTHORIZED_PERMISSION';

const requestToken = async (context: TestContext, request: TokenRequest) =>
  sendClientPin(context, await buildGetToken(context, request));

const issuing: RequirementInput[] = [
  {
    id: 'issue.length',
    title: 'An encrypted pinUvAuthToken has whole blocks and decrypts to 32 bytes',
    section: '6.5.5.7',
    provenBy: ['token.missing', 'token.cut-off', 'token.empty', 'token.text'],
    preconditions: ceremonies,
    variants: pinProtocolVariants,
    async run(context) {
      const members = checkSuccess(await requestToken(context, {}));
      const { length } = readBytes(members, 0x02, 'pinUvAuthToken');
      const expected = context.variant === 'pin1' ? [32] : [48];
      check(expected.includes(length), `Expected ${expected.join(' or ')} bytes, got ${length}`);
    },
  },
  {
    id: 'issue.encryption',
    title: 'With protocol 2, two encrypted tokens have different initialization vectors',
    section: '6.5.7',
    provenBy: ['token.iv-constant'],
    preconditions: ceremonies,
    variants: pinProtocolVariants.filter(({ name }) => name === 'pin2'),
    async run(context) {
      const read = async () => readBytes(checkSuccess(await requestToken(context, {})), 0x02, 'pinUvAuthToken');
      checkDifferentBytes((await read()).slice(0, 16), (await read()).slice(0, 16), 'the initialization vectors');
    },
  },
  {
    id: 'issue.no-pin',
    title: 'A token is refused with CTAP2_ERR_PIN_NOT_SET while no PIN is set',
    section: '6.5.5.7.2',
    provenBy: ['ignored-error.pin-not-set', 'status.pin-not-set-as-wrong-pin'],
    state: 'no-pin',
    preconditions: ceremonies,
    variants: pinProtocolVariants,
    accepted: ['CTAP2_ERR_PIN_NOT_SET'],
    run: async (context) => checkStatus(await requestToken(context, {}), 'CTAP2_ERR_PIN_NOT_SET'),
  },
  {
    id: 'issue.wrong-pin',
    title: 'A token with permissions is refused with CTAP2_ERR_PIN_INVALID if the PIN is wrong',
    section: '6.5.5.7.2',
    provenBy: ['pin.not-compared', 'status.wrong-pin-as-auth-invalid'],
    preconditions: ceremonies,
    variants: pinProtocolVariants,
    accepted: ['CTAP2_ERR_PIN_INVALID'],
    run: async (context) => checkStatus(await requestToken(context, { pin: 'wrong-pin' }), 'CTAP2_ERR_PIN_INVALID'),
  },
  {
    id: 'issue.permissions-zero',
    title: 'permissions: 0 is refused with CTAP1_ERR_INVALID_PARAMETER',
    section: '6.5.5.7.2',
    provenBy: ['ignored-error.invalid-parameter'],
    preconditions: ceremonies,
    variants: pinProtocolVariants,
    accepted: ['CTAP1_ERR_INVALID_PARAMETER'],
    run: async (context) => checkStatus(await requestToken(context, { permissions: 0 }), 'CTAP1_ERR_INVALID_PARAMETER'),
  },
  {
    id: 'issue.undefined-permission',
    title: 'Undefined permissions are ignored',
    section: '6.5.5.7.2',
    provenBy: ['token.undefined-permission-refused'],
    preconditions: ceremonies,
    run: async (context) => void checkSuccess(await requestToken(context, { permissions: permissions.mc | 0x80 })),
  },
  ...(['mc', 'ga'] as const).map(
    (name): RequirementInput => ({
      id: `issue.rp-id-required.${name}`,
      title: `The permission ${name} without rpId is refused with CTAP2_ERR_MISSING_PARAMETER`,
      section: '6.5.5.7.2',
      provenBy: ['ignored-error.missing-parameter'],
      preconditions: ceremonies,
      variants: pinProtocolVariants,
      accepted: ['CTAP2_ERR_MISSING_PARAMETER'],
      async run(context) {
        const request = { permissions: permissions[name], rpId: undefined };
        checkStatus(await requestToken(context, request), 'CTAP2_ERR_MISSING_PARAMETER');
      },
    }),
  ),
  {
    id: 'issue.get-pin-token-permissions',
    title: 'getPinToken with permissions or rpId is refused with CTAP1_ERR_INVALID_PARAMETER',
    section: '6.5.5.7.1',
    provenBy: ['ignored-error.invalid-parameter'],
    preconditions: ceremonies,
    variants: [{ name: 'permissions' }, { name: 'rp-id' }],
    accepted: ['CTAP1_ERR_INVALID_PARAMETER'],
    async run(context) {
      const request = await buildGetPinToken(context);
      const changed =
        context.variant === 'rp-id'
          ? withMember(request, [cp.rpId], context.rpId)
          : withMember(request, [cp.permissions], permissions.mc);
      checkStatus(await sendClientPin(context, changed), 'CTAP1_ERR_INVALID_PARAMETER');
    },
  },
];

const from23 = fromVersion('FIDO_2_3');

/** Permissions that require a feature. */
const features: Record<Exclude<Permission, 'mc' | 'ga'>, { has: Precondition; lacks: Precondition }> = {
  cm: { has: optionIsTrue('credMgmt'), lacks: optionIsNotTrue('credMgmt') },
  be: { has: hasOption('bioEnroll'), lacks: lacksOption('bioEnroll') },
  lbw: { has: optionIsTrue('largeBlobs'), lacks: optionIsNotTrue('largeBlobs') },
  acfg: { has: optionIsTrue('authnrCfg'), lacks: optionIsNotTrue('authnrCfg') },
  pcmr: { has: optionIsTrue('perCredMgmtRO'), lacks: optionIsNotTrue('perCredMgmtRO') },
};

const featurePermissions: RequirementInput[] = Object.entries(features).flatMap(
  ([name, { has, lacks }]): RequirementInput[] => [
    {
      id: `permission.${name}.granted`,
      title: `The permission ${name} is granted without rpId`,
      section: '6.5.5.7.2',
      provenBy: ['token.feature-permissions-refused'],
      preconditions: [hasTokens, has],
      variants: pinProtocolVariants,
      async run(context) {
        const request = { permissions: permissions[name as Permission], rpId: undefined };
        checkSuccess(await requestToken(context, request));
      },
    },
    {
      id: `permission.${name}.unsupported`,
      title: `The permission ${name} is refused with ${unauthorized} if the feature is not supported`,
      section: '6.5.5.7.2',
      provenBy: ['ignored-error.unauthorized-permission'],
      provenOn: 'touchstone-key',
      preconditions: [hasTokens, lacks],
      variants: pinProtocolVariants,
      accepted: [unauthorized],
      async run(context) {
        const request = { permissions: permissions[name as Permission], rpId: undefined };
        const exchange = await requestToken(context, request);
        const isUndefined = name === 'pcmr' && !from23.isMet(context.info, []);
        if (isUndefined && exchange.status === 'CTAP2_OK') await checkGrantsNothing(context, exchange);
        else checkStatus(exchange, unauthorized);
      },
    },
  ],
);

/** CTAP 2.1 does not define the permission pcmr. An authenticator that ignores it issues a token, which must not read credentials. */
async function checkGrantsNothing(context: TestContext, { members }: Exchange): Promise<void> {
  readBytes(members, 0x02, 'pinUvAuthToken');
  const token = await getToken(context, ['pcmr']);
  const { status } = await sendManagement(context, credentialManagement, { subCommand: getCredsMetadata, token });
  check(status !== 'CTAP2_OK', 'Expected a refusal of getCredsMetadata, got CTAP2_OK');
}

const byVerification: RequirementInput[] = [
  {
    id: 'uv.granted',
    title: 'Built-in user verification gives a token',
    section: '6.5.5.7.3',
    provenBy: ['token.missing', 'token.empty', 'token.text'],
    async run(context) {
      const members = checkSuccess(await sendClientPin(context, await buildGetUvToken(context)));
      const { length } = readBytes(members, 0x02, 'pinUvAuthToken');
      check(length === 32 || length === 48, `Expected 32 or 48 bytes, got ${length}`);
    },
    variants: pinProtocolVariants,
  },
  {
    id: 'uv.wrong-finger',
    title: 'A fingerprint that is not enrolled gives no token',
    section: '6.5.5.7.3',
    provenBy: ['ignored-error.verification-failed'],
    variants: pinProtocolVariants,
    accepted: ['CTAP2_ERR_UV_INVALID', 'CTAP2_ERR_UV_BLOCKED'],
    async run(context) {
      const request = await buildGetUvToken(context);
      const exchange = await context.sendWith('wrong-finger', 'authenticatorClientPIN', request);
      checkStatus(exchange, 'CTAP2_ERR_UV_INVALID', 'CTAP2_ERR_UV_BLOCKED');
    },
  },
  {
    id: 'uv.declined',
    title: 'A user who declines at the sensor gets no token',
    section: '6.5.5.7.3',
    provenBy: ['ignored-error.operation-denied'],
    accepted: ['CTAP2_ERR_OPERATION_DENIED'],
    async run(context) {
      const request = await buildGetUvToken(context);
      const exchange = await context.sendWith('decline', 'authenticatorClientPIN', request);
      checkStatus(exchange, 'CTAP2_ERR_OPERATION_DENIED');
    },
  },
  {
    id: 'uv.cancel',
    title: 'A verification that the platform cancels ends with CTAP2_ERR_KEEPALIVE_CANCEL',
    section: '11.2.9.1.5',
    provenBy: ['status.cancel-as-denied', 'ignored-error.cancel'],
    accepted: ['CTAP2_ERR_KEEPALIVE_CANCEL'],
    async run(context) {
      const request = await buildGetUvToken(context);
      checkStatus(await context.sendAndCancel('authenticatorClientPIN', request), 'CTAP2_ERR_KEEPALIVE_CANCEL');
    },
  },
  {
    id: 'uv.blocked',
    title: 'After the last attempt, built-in user verification is blocked',
    section: '6.5.5.7.3',
    provenBy: ['ignored-error.verification-blocked'],
    accepted: ['CTAP2_ERR_UV_BLOCKED'],
    destructive: true,
    async run(context) {
      const request = await buildGetUvToken(context);
      for (let attempt = 0; attempt < 25; attempt++)
        await context.sendWith('wrong-finger', 'authenticatorClientPIN', request);
      checkStatus(await sendClientPin(context, request), 'CTAP2_ERR_UV_BLOCKED');
    },
  },
];

export const tokenIssuing = [
  ...defineGroup({ ...token, state: 'pin', preconditions: [hasClientPin] }, [...issuing, ...featurePermissions]),
  ...defineGroup({ ...token, preconditions: [hasTokens, hasBuiltInUv] }, byVerification),
];
