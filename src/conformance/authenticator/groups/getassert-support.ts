/** What the files of the group getassert share. */
import type { CborKey, CborValue } from '#protocol/cbor.ts';
import { buildAssertion, ga } from '../assertion.ts';
import { check, checkRefused, checkSuccess, readBytes } from '../checks.ts';
import { type MemberPath, withMember } from '../members.ts';
import { addToken, getToken } from '../pin.ts';
import {
  from21,
  hasBuiltInUv,
  optionIsNotTrue,
  pinAuthorizesCeremonies,
  pinProtocolVariants,
} from '../preconditions.ts';
import { register } from '../registration.ts';
import type { RequirementInput } from '../requirement.ts';
import type { TestContext } from '../test-context.ts';

export const get = 'authenticatorGetAssertion';

export const noCredentials = 'CTAP2_ERR_NO_CREDENTIALS';

export const keys = { param: ga.pinUvAuthParam, protocol: ga.pinUvAuthProtocol };

export const registerVariant = (context: TestContext, extensions?: Map<CborKey, CborValue>) =>
  register(context, { rk: context.variant === 'rk', ...(extensions && { extensions }) });

/** Registers, and sends an assertion with another value of one member. */
export async function sendWithMember(context: TestContext, path: MemberPath, value: CborValue) {
  const credential = await register(context);
  return context.send(get, withMember(buildAssertion(context, { allowList: [credential] }), path, value));
}

export const options: RequirementInput[] = [
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
