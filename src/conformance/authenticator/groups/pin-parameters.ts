/** pin: the parameters of the subcommands of authenticatorClientPIN, CTAP 2.1 section 6.5.5. */

import type { CborKey, CborMap, CborValue } from '#protocol/cbor.ts';
import { coseKeyLabels } from '#protocol/cose.ts';
import { checkRefused, checkStatusFrom21 } from '../checks.ts';
import { buildChangePin, buildGetPinToken, buildGetToken, buildGetUvToken, buildSetPin, cp } from '../client-pin.ts';
import { memberRequirements, type RequestMember, withMember } from '../members.ts';
import {
  hasBuiltInUv,
  hasClientPin,
  hasTokens,
  pinAuthorizesCeremonies,
  pinProtocolVariants,
} from '../preconditions.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import type { TestContext } from '../test-context.ts';
import { ceremonies } from './token-support.ts';

const command = 'authenticatorClientPIN';
const protocol: RequestMember = {
  name: 'pinUvAuthProtocol',
  path: [cp.pinUvAuthProtocol],
  type: 'unsigned',
  required: true,
};
const keyAgreement: RequestMember = { name: 'keyAgreement', path: [cp.keyAgreement], type: 'map', required: true };
const param: RequestMember = { name: 'pinUvAuthParam', path: [cp.pinUvAuthParam], type: 'bytes', required: true };
const newPinEnc: RequestMember = { name: 'newPinEnc', path: [cp.newPinEnc], type: 'bytes', required: true };
const pinHashEnc: RequestMember = { name: 'pinHashEnc', path: [cp.pinHashEnc], type: 'bytes', required: true };
const permissions: RequestMember = { name: 'permissions', path: [cp.permissions], type: 'unsigned', required: true };
const rpId: RequestMember = { name: 'rpId', path: [cp.rpId], type: 'text' };

interface SubCommandTable {
  prefix: string;
  title: string;
  section: string;
  members: readonly RequestMember[];
  build(context: TestContext): Promise<CborMap>;
}

const setPin: SubCommandTable = {
  prefix: 'set-pin.',
  title: 'setPIN',
  section: '6.5.5.5',
  members: [protocol, keyAgreement, newPinEnc, param],
  build: (context) => buildSetPin(context),
};
const changePin: SubCommandTable = {
  prefix: 'change-pin.',
  title: 'changePIN',
  section: '6.5.5.6',
  members: [protocol, keyAgreement, newPinEnc, pinHashEnc, param],
  build: (context) => buildChangePin(context),
};
const getPinToken: SubCommandTable = {
  prefix: 'get-pin-token.',
  title: 'getPinToken',
  section: '6.5.5.7.1',
  members: [protocol, keyAgreement, pinHashEnc],
  build: (context) => buildGetPinToken(context),
};
const getToken: SubCommandTable = {
  prefix: 'get-token.',
  title: 'getPinUvAuthTokenUsingPinWithPermissions',
  section: '6.5.5.7.2',
  members: [protocol, keyAgreement, pinHashEnc, permissions, rpId],
  build: (context) => buildGetToken(context),
};
const getUvToken: SubCommandTable = {
  prefix: 'get-uv-token.',
  title: 'getPinUvAuthTokenUsingUvWithPermissions',
  section: '6.5.5.7.3',
  members: [protocol, keyAgreement, permissions, rpId],
  build: (context) => buildGetUvToken(context),
};

const label = coseKeyLabels;
interface InvalidKey {
  id: string;
  title: string;
  path: readonly CborKey[];
  value: CborValue;
  /** The parser of requests may already refuse it, with another status. */
  isMalformed?: true;
}

const invalidKeys: readonly InvalidKey[] = [
  { id: 'kty', title: 'kty is not EC2', path: [label.kty], value: 1 },
  { id: 'alg', title: 'alg is not ECDH-ES+HKDF-256', path: [label.alg], value: -7 },
  { id: 'crv', title: 'crv is not P-256', path: [label.crv], value: 2 },
  { id: 'x-short', title: 'x has 31 bytes', path: [label.x], value: new Uint8Array(31).fill(1) },
  { id: 'x-long', title: 'x has 33 bytes', path: [label.x], value: new Uint8Array(33).fill(1) },
  { id: 'x-text', title: 'x is a text string', path: [label.x], value: 'x', isMalformed: true },
  { id: 'y-short', title: 'y has 31 bytes', path: [label.y], value: new Uint8Array(31).fill(1) },
  {
    id: 'y-sign-bit',
    title: 'y is a boolean, as in a compressed point',
    path: [label.y],
    value: true,
    isMalformed: true,
  },
  { id: 'off-curve', title: 'the point is not on the curve', path: [label.y], value: new Uint8Array(32).fill(1) },
  { id: 'empty', title: 'the key is an empty map', path: [], value: new Map(), isMalformed: true },
];

/** A key that is not a point of P-256 must not be used: an invalid-curve attack reveals the private key. */
const keyAgreementRequirements = ({ prefix, title, section, build }: SubCommandTable): RequirementInput[] =>
  invalidKeys.map(({ id, title: condition, path, value, isMalformed }) => ({
    id: `${prefix}key-agreement.${id}`,
    title: `${title} is refused if ${condition} in keyAgreement`,
    section,
    provenBy: ['ignored-error.invalid-parameter'],
    accepted: ['CTAP1_ERR_INVALID_PARAMETER'],
    variants: pinProtocolVariants,
    async run(context) {
      const request = withMember(await build(context), [cp.keyAgreement, ...path], value);
      const checkInvalid = isMalformed ? checkRefused : checkStatusFrom21;
      checkInvalid(context, await context.send(command, request), 'CTAP1_ERR_INVALID_PARAMETER');
    },
  }));

const unsupportedProtocol = ({ prefix, title, section, build }: SubCommandTable): RequirementInput => ({
  id: `${prefix}protocol-unsupported`,
  title: `${title} with an unsupported pinUvAuthProtocol is refused with CTAP1_ERR_INVALID_PARAMETER`,
  section,
  provenBy: ['ignored-error.invalid-parameter'],
  accepted: ['CTAP1_ERR_INVALID_PARAMETER'],
  variants: ['0', '3', '99'].map((name) => ({ name })),
  async run(context) {
    const request = withMember(await build(context), [cp.pinUvAuthProtocol], Number(context.variant));
    checkStatusFrom21(context, await context.send(command, request), 'CTAP1_ERR_INVALID_PARAMETER');
  },
});

const requirementsOf = (table: SubCommandTable): RequirementInput[] => [
  ...memberRequirements({ ...table, command }),
  ...keyAgreementRequirements(table),
  unsupportedProtocol(table),
];

const pin = { group: 'pin', document: 'CTAP 2.1' } as const;

export const pinParameters = [
  ...defineGroup({ ...pin, preconditions: [hasClientPin] }, requirementsOf(setPin)),
  ...defineGroup({ ...pin, state: 'pin' }, requirementsOf(changePin)),
  ...defineGroup({ ...pin, state: 'pin', preconditions: [pinAuthorizesCeremonies] }, requirementsOf(getPinToken)),
  ...defineGroup({ ...pin, state: 'pin', preconditions: ceremonies }, requirementsOf(getToken)),
  ...defineGroup({ ...pin, preconditions: [hasTokens, hasBuiltInUv] }, requirementsOf(getUvToken)),
];
