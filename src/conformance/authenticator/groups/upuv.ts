/** upuv: user presence and user verification together, CTAP 2.1 sections 6.1.2 and 6.2.2. */
import { parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import type { CborMap } from '#protocol/cbor.ts';
import { authorizeAssertion, buildAssertion, sendAssertion } from '../assertion.ts';
import { check, checkEqual, checkRefused, checkStatus, checkSuccess, readBytes } from '../checks.ts';
import type { Exchange } from '../exchange.ts';
import { withMember } from '../members.ts';
import {
  hasBuiltInUv,
  optionIsNotTrue,
  optionIsTrue,
  pinAuthorizesCeremonies,
  registersWithoutPin,
} from '../preconditions.ts';
import { authorizeRegistration, buildRegistration, mc, register, sendRegistration } from '../registration.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import type { TestContext } from '../test-context.ts';

export const [create, get] = ['authenticatorMakeCredential', 'authenticatorGetAssertion'] as const;

/** Checks the flags UP and UV of an answer. */
export function checkFlags(members: CborMap, expected: { up: boolean; uv: boolean }): void {
  const { flags } = parseAuthenticatorData(readBytes(members, 0x02, 'authData'));
  checkEqual((flags & 0x01) !== 0, expected.up, 'UP');
  checkEqual((flags & 0x04) !== 0, expected.uv, 'UV');
}

/** Returns an assertion for a new credential, with a token if a PIN is set. */
export async function assertionWithToken(context: TestContext): Promise<CborMap> {
  const credential = await register(context);
  return authorizeAssertion(context, buildAssertion(context, { allowList: [credential] }));
}

export const checkNotSigned = ({ status }: Exchange): void =>
  check(status !== 'CTAP2_OK', 'Expected a refusal without a touch, got CTAP2_OK');

const presence: RequirementInput[] = [
  {
    id: 'presence.each-registration',
    title: 'Every registration needs its own touch',
    section: '6.1.2 step 14',
    provenBy: ['registration.presence-not-awaited'],
    provenOn: 'touchstone-key',
    preconditions: [registersWithoutPin, optionIsNotTrue('plat')],
    async run(context) {
      await register(context);
      checkNotSigned(await context.sendWith('absent', create, buildRegistration(context)));
    },
  },
  {
    id: 'presence.each-assertion',
    title: 'Every assertion needs its own touch',
    section: '6.2.2 step 9',
    provenBy: ['assertion.silence-for-touch'],
    preconditions: [registersWithoutPin, optionIsNotTrue('plat'), optionIsNotTrue('alwaysUv')],
    async run(context) {
      const credential = await register(context);
      const request = buildAssertion(context, { allowList: [credential] });
      checkSuccess(await context.send(get, request));
      checkNotSigned(await context.sendWith('absent', get, request));
    },
  },
  {
    id: 'presence.pin-token-registration',
    title: 'A token that a PIN granted does not replace the touch of a registration',
    section: '6.1.2 step 14',
    provenBy: ['registration.presence-not-awaited'],
    preconditions: [pinAuthorizesCeremonies],
    state: 'pin',
    async run(context) {
      const request = await authorizeRegistration(context, buildRegistration(context));
      checkNotSigned(await context.sendWith('absent', create, request));
    },
  },
  {
    id: 'presence.pin-token-assertion',
    title: 'A token that a PIN granted does not replace the touch of an assertion',
    section: '6.2.2 step 9',
    provenBy: ['registration.presence-not-awaited'],
    preconditions: [pinAuthorizesCeremonies],
    state: 'pin',
    async run(context) {
      const request = await assertionWithToken(context);
      checkNotSigned(await context.sendWith('absent', get, request));
    },
  },
];

const flags: RequirementInput[] = [
  {
    id: 'flags.registration-token',
    title: 'A registration with a token has the flags UP and UV',
    section: '6.1.2 step 16',
    provenBy: ['flags.up-missing', 'flags.uv-missing'],
    preconditions: [pinAuthorizesCeremonies],
    state: 'pin',
    run: async (context) => checkFlags(checkSuccess(await sendRegistration(context)), { up: true, uv: true }),
  },
  {
    id: 'flags.assertion-token',
    title: 'An assertion with a token has the flags UP and UV',
    section: '6.2.2 step 10',
    provenBy: ['flags.up-missing-at-sign-in', 'flags.uv-missing-at-sign-in'],
    preconditions: [pinAuthorizesCeremonies],
    state: 'pin',
    run: async (context) =>
      checkFlags(checkSuccess(await context.send(get, await assertionWithToken(context))), { up: true, uv: true }),
  },
  {
    id: 'flags.registration-built-in',
    title: 'A registration with built-in user verification has the flags UP and UV',
    section: '6.1.2 step 11.2',
    provenBy: ['flags.up-missing', 'flags.uv-missing'],
    preconditions: [hasBuiltInUv],
    run: async (context) => checkFlags(checkSuccess(await sendRegistration(context)), { up: true, uv: true }),
  },
  {
    id: 'flags.assertion-built-in',
    title: 'An assertion with built-in user verification has the flags UP and UV',
    section: '6.2.2 step 6.2',
    provenBy: ['flags.up-missing-at-sign-in', 'flags.uv-missing-at-sign-in'],
    preconditions: [hasBuiltInUv],
    async run(context) {
      const credential = await register(context);
      const members = checkSuccess(await sendAssertion(context, { allowList: [credential], verified: true }));
      checkFlags(members, { up: true, uv: true });
    },
  },
  {
    id: 'flags.silent-with-token',
    title: 'An assertion with up: false and a token has the flag UV and not the flag UP',
    section: '6.2.2 step 10',
    provenBy: ['flags.uv-missing-at-sign-in'],
    preconditions: [pinAuthorizesCeremonies],
    state: 'pin',
    async run(context) {
      const credential = await register(context);
      const request = await authorizeAssertion(
        context,
        buildAssertion(context, { allowList: [credential], up: false }),
      );
      checkFlags(checkSuccess(await context.send(get, request)), { up: false, uv: true });
    },
  },
];

const builtIn: RequirementInput[] = [
  ...(['cancel', 'decline'] as const).flatMap((behaviour): RequirementInput[] =>
    ([create, get] as const).map((command): RequirementInput => {
      const isCancel = behaviour === 'cancel';
      const status = isCancel ? 'CTAP2_ERR_KEEPALIVE_CANCEL' : 'CTAP2_ERR_OPERATION_DENIED';
      return {
        id: `built-in.${isCancel ? 'cancelled' : 'declined'}-${command === create ? 'registration' : 'assertion'}`,
        title: `${command} whose built-in user verification ${isCancel ? 'the platform cancels' : 'the user declines'} ends with ${status}`,
        section: isCancel ? '11.2.9.1.5' : command === create ? '6.1.2 step 11.2' : '6.2.2 step 6.2',
        provenBy: isCancel ? ['status.cancel-as-denied', 'ignored-error.cancel'] : ['ignored-error.operation-denied'],
        preconditions: [hasBuiltInUv],
        accepted: [status],
        async run(context) {
          const request = await builtInRequest(context, command);
          if (isCancel) checkStatus(await context.sendAndCancel(command, request), status);
          else checkRefused(context, await context.sendWith('decline', command, request), status);
        },
      };
    }),
  ),
  {
    id: 'built-in.wrong-finger-registration',
    title: 'A registration with a fingerprint that is not enrolled is refused, and stores no credential',
    section: '6.1.2 step 11.2',
    provenBy: ['ignored-error.operation-denied'],
    preconditions: [hasBuiltInUv, optionIsTrue('rk')],
    async run(context) {
      const request = buildRegistration(context, { rk: true });
      const { status } = await context.sendWith('wrong-finger', create, request);
      check(status !== 'CTAP2_OK', 'Expected a refusal, got CTAP2_OK');
      checkStatus(await sendAssertion(context, { up: false }), 'CTAP2_ERR_NO_CREDENTIALS');
    },
  },
];

/** Returns a request with the option uv. */
async function builtInRequest(context: TestContext, command: typeof create | typeof get): Promise<CborMap> {
  if (command === create) return withMember(buildRegistration(context), [mc.options, 'uv'], true);
  const credential = await register(context);
  return buildAssertion(context, { allowList: [credential], verified: true });
}

export const presenceAndVerification = defineGroup({ group: 'upuv', document: 'CTAP 2.1' }, [
  ...presence,
  ...flags,
  ...builtIn,
]);
