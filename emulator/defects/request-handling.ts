/** Defects in how makeCredential and getAssertion handle requests: valid requests that are refused, and parts that are ignored. */
import { concat } from '#base/bytes.ts';
import type { CborKey, CborMap, CborValue } from '#protocol/cbor.ts';
import type { CommandName } from '#protocol/commands.ts';
import { deleteMember, editBytes, editList, editMap, setMember } from '#protocol/edits.ts';
import { CtapError } from '#protocol/errors.ts';
import type { CtapStatusName } from '#protocol/status.ts';
import type { FaultChanges } from '../fault-hooks.ts';
import { defectsDetectedBy } from './defect.ts';
import { editRequest, editResponse, refuseRequest } from './mutators.ts';

const create = 'authenticatorMakeCredential';
const get = 'authenticatorGetAssertion';
const createSteps = 'CTAP 2.1 section 6.1.2';
const getSteps = 'CTAP 2.1 section 6.2.2';

const optionsOf = (request: CborMap, key: number): CborMap => {
  const options = request.get(key);
  return options instanceof Map ? options : new Map();
};
const listOf = (request: CborMap, key: number): CborValue[] => {
  const list = request.get(key);
  return Array.isArray(list) ? list : [];
};
const knownOptions: readonly CborKey[] = ['rk', 'up', 'uv'];
/** Refuses requests whose options match. */
const refuseOptions = (command: CommandName, key: number, isRefused: (options: CborMap) => boolean): FaultChanges =>
  refuseRequest(command, (request) => isRefused(optionsOf(request, key)), 'CTAP2_ERR_INVALID_OPTION');
const hasUnknownOption = (options: CborMap) => [...options.keys()].some((key) => !knownOptions.includes(key));
/** Refuses requests that have a member which the command does not define, at the top or in the maps with these keys. */
const refuseUnknownMembers = (command: CommandName, last: number, inner: Record<number, readonly string[]> = {}) =>
  refuseRequest(
    command,
    (request) =>
      [...request.keys()].some((key) => typeof key !== 'number' || key > last) ||
      Object.entries(inner).some(([key, known]) => hasUnknownKey(request.get(Number(key)), known)),
    'CTAP2_ERR_INVALID_CBOR' satisfies CtapStatusName,
  );
function hasUnknownKey(value: CborValue | undefined, known: readonly string[]): boolean {
  if (Array.isArray(value)) return value.some((item) => hasUnknownKey(item, known));
  return value instanceof Map && [...value.keys()].some((key) => !known.includes(String(key)));
}
const firstOnly = (command: CommandName, key: number) =>
  editRequest(
    command,
    editList(key, (items) => items.slice(0, 1)),
  );
const anyDescriptorType = (command: CommandName, key: number) =>
  editRequest(
    command,
    editList(key, (items) => items.map((item) => (item instanceof Map ? setMember('type', 'public-key')(item) : item))),
  );

export const registrationRequestDefects = defectsDetectedBy('suite', {
  'registration.algorithm-first-only': {
    title: 'Only the first algorithm of the request is considered',
    breaks: `${createSteps} step 3`,
    ...firstOnly(create, 0x04),
  },
  'registration.es256-unsupported': {
    title: 'ES256 is not supported',
    breaks: 'WebAuthn L3 section 6.5.1.1',
    ...editRequest(
      create,
      editList(0x04, (items) => items.filter((item) => !(item instanceof Map && item.get('alg') === -7))),
    ),
  },
  'registration.exclude-list-first-only': {
    title: 'Only the first credential of excludeList is considered',
    breaks: `${createSteps} step 12`,
    ...firstOnly(create, 0x05),
  },
  'registration.exclude-list-refused': {
    title: 'Every registration with an excludeList is refused',
    breaks: `${createSteps} step 12`,
    ...refuseRequest(create, (request) => listOf(request, 0x05).length > 0, 'CTAP2_ERR_CREDENTIAL_EXCLUDED'),
  },
  'registration.descriptor-type-ignored': {
    title: 'The type of descriptors in excludeList is ignored',
    breaks: `${createSteps} step 12`,
    ...anyDescriptorType(create, 0x05),
  },
  'registration.up-true-refused': {
    title: 'The option up is refused whatever its value is',
    breaks: `${createSteps} step 5`,
    ...refuseOptions(create, 0x07, (options) => options.has('up')),
  },
  'registration.rk-false-refused': {
    title: 'rk: false is refused',
    breaks: `${createSteps} step 5`,
    ...refuseOptions(create, 0x07, (options) => options.get('rk') === false),
  },
  'registration.unknown-option-refused': {
    title: 'Unknown options are refused',
    breaks: `${createSteps} step 5`,
    ...refuseOptions(create, 0x07, hasUnknownOption),
  },
  'registration.unknown-members-refused': {
    title: 'Unknown members of the request are refused',
    breaks: 'CTAP 2.1 section 8',
    ...refuseUnknownMembers(create, 0x0b, {
      2: ['id', 'name', 'icon'],
      3: ['id', 'name', 'displayName', 'icon'],
      4: ['alg', 'type'],
    }),
  },
  'registration.verification-always-required': {
    title: 'A token is required although makeCredUvNotRqd is true',
    breaks: `${createSteps} step 10`,
    ...refuseRequest(create, (request) => !request.has(0x08), 'CTAP2_ERR_PUAT_REQUIRED'),
  },
});

/** The start of clientDataHash, which differs in every request. */
const uniqueBytes = (request: CborMap): Uint8Array => {
  const hash = request.get(0x01);
  return hash instanceof Uint8Array ? hash.slice(0, 8) : new Uint8Array(8);
};

export const registrationAccountDefects = defectsDetectedBy('suite', {
  'registration.same-user-kept': {
    title: 'A second registration of the same user does not replace the discoverable credential',
    breaks: `${createSteps} step 17`,
    ...editRequest(create, (request) =>
      editMap(
        0x03,
        editBytes('id', (id) => concat(id, uniqueBytes(request))),
      )(request),
    ),
  },
  'registration.one-user-only': {
    title: 'Each relying party can have only one discoverable credential',
    breaks: `${createSteps} step 17`,
    ...editRequest(create, editMap(0x03, setMember('id', new Uint8Array([1])))),
  },
});

export const nextAssertionDefects = defectsDetectedBy('suite', {
  'assertion.next-with-count': {
    title: 'The response to getNextAssertion contains numberOfCredentials',
    breaks: 'CTAP 2.1 section 6.3',
    ...editResponse('authenticatorGetNextAssertion', setMember(0x05, 2)),
  },
  'assertion.next-refused': {
    title: 'getNextAssertion is always refused',
    breaks: 'CTAP 2.1 section 6.3',
    ...editResponse('authenticatorGetNextAssertion', () => {
      throw new CtapError('CTAP2_ERR_NOT_ALLOWED');
    }),
  },
  'assertion.sequence-survives': {
    title: 'getNextAssertion works after other commands',
    breaks: 'CTAP 2.1 section 6',
    rules: { endSequenceWithOtherCommand: false },
  },
});

export const assertionRequestDefects = defectsDetectedBy('suite', {
  'assertion.allow-list-first-only': {
    title: 'Only the first credential of allowList is considered',
    breaks: `${getSteps} step 7`,
    ...firstOnly(get, 0x03),
  },
  'assertion.descriptor-type-ignored': {
    title: 'The type of descriptors in allowList is ignored',
    breaks: `${getSteps} step 7`,
    ...anyDescriptorType(get, 0x03),
  },
  'assertion.up-true-refused': {
    title: 'up: true is refused',
    breaks: `${getSteps} step 4`,
    ...refuseOptions(get, 0x05, (options) => options.get('up') === true),
  },
  'assertion.unknown-option-refused': {
    title: 'Unknown options are refused',
    breaks: `${getSteps} step 4`,
    ...refuseOptions(get, 0x05, hasUnknownOption),
  },
  'assertion.unknown-members-refused': {
    title: 'Unknown members of the request are refused',
    breaks: 'CTAP 2.1 section 8',
    ...refuseUnknownMembers(get, 0x07),
  },
  'assertion.uv-option-ignored': {
    title: 'uv: true is ignored',
    breaks: `${getSteps} step 4`,
    ...editRequest(get, editMap(0x05, deleteMember('uv'))),
  },
  'assertion.token-ignored': {
    title: 'pinUvAuthParam is ignored and the user is not verified',
    breaks: `${getSteps} step 6`,
    ...editRequest(get, (request) => deleteMember(0x06)(deleteMember(0x07)(request))),
  },
  'assertion.verification-always-required': {
    title: 'Every assertion requires user verification',
    breaks: `${getSteps} step 6`,
    ...refuseRequest(
      get,
      (request) => !request.has(0x06) && optionsOf(request, 0x05).get('uv') !== true,
      'CTAP2_ERR_PUAT_REQUIRED',
    ),
  },
});
