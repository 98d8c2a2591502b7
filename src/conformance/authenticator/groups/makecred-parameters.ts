/** makecred: the parameters of authenticatorMakeCredential, CTAP 2.1 section 6.1. */
import type { CborMap } from '#protocol/cbor.ts';
import { memberRequirements, type RequestMember } from '../members.ts';
import { fromVersion, hasDiscoverableCredentials, registersWithoutPin } from '../preconditions.ts';
import { buildRegistration, descriptorOf, mc } from '../registration.ts';
import { defineGroup } from '../requirement.ts';
import type { TestContext } from '../test-context.ts';

const provenBy = (parameter: string) => `parameter.make-credential-${parameter}`;

const members: readonly RequestMember[] = [
  {
    name: 'clientDataHash',
    path: [mc.clientDataHash],
    type: 'bytes',
    required: true,
    length: 32,
    provenBy: provenBy('client-data-hash'),
    missingProvenBy: ['registration.missing-hash-accepted', 'transport.stale'],
  },
  { name: 'rp', path: [mc.rp], type: 'map', required: true, provenBy: provenBy('rp') },
  { name: 'rp.id', path: [mc.rp, 'id'], type: 'text', required: true, provenBy: provenBy('rp') },
  { name: 'rp.name', path: [mc.rp, 'name'], type: 'text', provenBy: provenBy('rp') },
  { name: 'user', path: [mc.user], type: 'map', required: true, provenBy: provenBy('user') },
  { name: 'user.id', path: [mc.user, 'id'], type: 'bytes', required: true, provenBy: provenBy('user') },
  { name: 'user.name', path: [mc.user, 'name'], type: 'text', provenBy: provenBy('user') },
  { name: 'user.displayName', path: [mc.user, 'displayName'], type: 'text', provenBy: provenBy('user') },
  {
    name: 'pubKeyCredParams',
    path: [mc.pubKeyCredParams],
    type: 'array',
    required: true,
    provenBy: provenBy('pub-key-cred-params'),
  },
  {
    name: 'pubKeyCredParams[0]',
    path: [mc.pubKeyCredParams, 0],
    type: 'map',
    provenBy: provenBy('pub-key-cred-params'),
  },
  {
    name: 'pubKeyCredParams[0].alg',
    path: [mc.pubKeyCredParams, 0, 'alg'],
    type: 'integer',
    required: true,
    provenBy: provenBy('pub-key-cred-params'),
  },
  {
    name: 'pubKeyCredParams[0].type',
    path: [mc.pubKeyCredParams, 0, 'type'],
    type: 'text',
    required: true,
    provenBy: provenBy('pub-key-cred-params'),
  },
  { name: 'excludeList', path: [mc.excludeList], type: 'array', provenBy: provenBy('exclude-list') },
  { name: 'excludeList[0]', path: [mc.excludeList, 0], type: 'map', provenBy: provenBy('exclude-list') },
  {
    name: 'excludeList[0].id',
    path: [mc.excludeList, 0, 'id'],
    type: 'bytes',
    required: true,
    provenBy: provenBy('exclude-list'),
  },
  {
    name: 'excludeList[0].type',
    path: [mc.excludeList, 0, 'type'],
    type: 'text',
    required: true,
    provenBy: provenBy('exclude-list'),
  },
  { name: 'extensions', path: [mc.extensions], type: 'map', provenBy: provenBy('extensions') },
  { name: 'options', path: [mc.options], type: 'map', provenBy: provenBy('options') },
  {
    name: 'options.rk',
    path: [mc.options, 'rk'],
    type: 'boolean',
    provenBy: provenBy('options'),
    preconditions: [hasDiscoverableCredentials],
  },
  { name: 'options.uv', path: [mc.options, 'uv'], type: 'boolean', provenBy: provenBy('options') },
  { name: 'options.up', path: [mc.options, 'up'], type: 'boolean', provenBy: provenBy('options') },
  { name: 'pinUvAuthParam', path: [mc.pinUvAuthParam], type: 'bytes', provenBy: provenBy('pin-uv-auth-param') },
  {
    name: 'pinUvAuthProtocol',
    path: [mc.pinUvAuthProtocol],
    type: 'unsigned',
    provenBy: provenBy('pin-uv-auth-protocol'),
  },
  {
    name: 'enterpriseAttestation',
    path: [mc.enterpriseAttestation],
    type: 'unsigned',
    provenBy: provenBy('enterprise-attestation'),
    preconditions: [fromVersion('FIDO_2_1')],
  },
  {
    name: 'attestationFormatsPreference',
    path: [mc.attestationFormatsPreference],
    type: 'array',
    provenBy: provenBy('attestation-formats-preference'),
    preconditions: [fromVersion('FIDO_2_3')],
  },
];

/** Returns a request that also has an exclude list, so that its items can be changed. */
const build = async (context: TestContext): Promise<CborMap> =>
  buildRegistration(context, { excludeList: [descriptorOf(new Uint8Array(32).fill(0x65))] });

export const makeCredentialParameters = defineGroup(
  { group: 'makecred', document: 'CTAP 2.1', preconditions: [registersWithoutPin] },
  memberRequirements({
    command: 'authenticatorMakeCredential',
    title: 'A registration',
    section: '6.1',
    members,
    build,
  }),
);
