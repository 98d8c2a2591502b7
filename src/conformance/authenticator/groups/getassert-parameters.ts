/** getassert: the parameters of authenticatorGetAssertion, CTAP 2.1 section 6.2. */
import { buildAssertion, ga } from '../assertion.ts';
import { memberRequirements, type RequestMember } from '../members.ts';
import { hasDiscoverableCredentials, registersWithoutPin } from '../preconditions.ts';
import { register } from '../registration.ts';
import { defineGroup } from '../requirement.ts';

const provenBy = (parameter: string) => `parameter.get-assertion-${parameter}`;

const members: readonly RequestMember[] = [
  { name: 'rpId', path: [ga.rpId], type: 'text', required: true },
  {
    name: 'clientDataHash',
    path: [ga.clientDataHash],
    type: 'bytes',
    required: true,
    length: 32,
    provenBy: provenBy('client-data-hash'),
  },
  { name: 'allowList', path: [ga.allowList], type: 'array', provenBy: provenBy('allow-list') },
  { name: 'allowList[0]', path: [ga.allowList, 0], type: 'map', provenBy: provenBy('allow-list') },
  {
    name: 'allowList[0].id',
    path: [ga.allowList, 0, 'id'],
    type: 'bytes',
    required: true,
    provenBy: provenBy('allow-list'),
  },
  {
    name: 'allowList[0].type',
    path: [ga.allowList, 0, 'type'],
    type: 'text',
    required: true,
    provenBy: provenBy('allow-list'),
  },
  { name: 'extensions', path: [ga.extensions], type: 'map', provenBy: provenBy('extensions') },
  { name: 'options', path: [ga.options], type: 'map', provenBy: provenBy('options') },
  { name: 'options.up', path: [ga.options, 'up'], type: 'boolean', provenBy: provenBy('options') },
  { name: 'options.uv', path: [ga.options, 'uv'], type: 'boolean', provenBy: provenBy('options') },
  { name: 'pinUvAuthParam', path: [ga.pinUvAuthParam], type: 'bytes', provenBy: provenBy('pin-uv-auth-param') },
  {
    name: 'pinUvAuthProtocol',
    path: [ga.pinUvAuthProtocol],
    type: 'unsigned',
    provenBy: provenBy('pin-uv-auth-protocol'),
  },
];

export const getAssertionParameters = defineGroup(
  { group: 'getassert', document: 'CTAP 2.1', preconditions: [registersWithoutPin, hasDiscoverableCredentials] },
  memberRequirements({
    command: 'authenticatorGetAssertion',
    title: 'An assertion',
    section: '6.2',
    members,
    build: async (context) => buildAssertion(context, { allowList: [await register(context, { rk: true })] }),
  }),
);
