/** makecred: options, unknown members and enterprise attestation, CTAP 2.1 section 6.1.2 steps 5 to 9. */
import { parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import type { CborKey } from '#protocol/cbor.ts';
import { check, checkRefused, checkStatus, checkSuccess, readBytes } from '../checks.ts';
import { withMember } from '../members.ts';
import {
  from21,
  hasBuiltInUv,
  lacksOption,
  optionIsNotTrue,
  pinAuthorizesCeremonies,
  pinProtocolVariants,
  registersUnverified,
  registersWithoutPin,
} from '../preconditions.ts';
import { authorizeRegistration, buildRegistration, mc } from '../registration.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import type { TestContext } from '../test-context.ts';
import { create, sendWithMember } from './makecred-support.ts';

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
    preconditions: [registersUnverified, optionIsNotTrue('uv')],
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

export const makeCredentialOptions = defineGroup(
  { group: 'makecred', document: 'CTAP 2.1', preconditions: [registersWithoutPin] },
  [...options, ...unknownMembers, ...enterprise],
);
