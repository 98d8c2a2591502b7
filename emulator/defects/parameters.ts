/**
 * Defects in the checks of requests: each row does not check one parameter. A missing or malformed value is replaced with the given
 * one, or ignored if none is given, and the command continues.
 */
import type { CborKey, CborMap, CborValue } from '#protocol/cbor.ts';
import { type CommandName, commands } from '#protocol/commands.ts';
import { deleteMember, setMember } from '#protocol/edits.ts';
import type { Field } from '#protocol/message.ts';
import { type Defect, defectsDetectedBy } from './defect.ts';
import { editRequest } from './mutators.ts';

interface UncheckedParameter {
  command: CommandName;
  parameter: string;
  /** The value that replaces a missing or malformed one; undefined if the parameter is then ignored. */
  fallback?: CborValue;
}

const map = (...entries: [CborKey, CborValue][]): CborMap => new Map(entries);
const makeCredential = (parameter: string, fallback?: CborValue): UncheckedParameter => ({
  command: 'authenticatorMakeCredential',
  parameter,
  ...(fallback !== undefined && { fallback }),
});
const getAssertion = (parameter: string, fallback?: CborValue): UncheckedParameter => ({
  command: 'authenticatorGetAssertion',
  parameter,
  ...(fallback !== undefined && { fallback }),
});
const zeroHash = new Uint8Array(32);

const uncheckedParameters = {
  'parameter.make-credential-client-data-hash': makeCredential('clientDataHash', zeroHash),
  'parameter.make-credential-rp': makeCredential('rp', map(['id', ''])),
  'parameter.make-credential-user': makeCredential('user', map(['id', new Uint8Array(1)])),
  'parameter.make-credential-pub-key-cred-params': makeCredential('pubKeyCredParams', [
    map(['alg', -7], ['type', 'public-key']),
  ]),
  'parameter.make-credential-exclude-list': makeCredential('excludeList'),
  'parameter.make-credential-extensions': makeCredential('extensions'),
  'parameter.make-credential-options': makeCredential('options'),
  'parameter.make-credential-pin-uv-auth-param': makeCredential('pinUvAuthParam'),
  'parameter.make-credential-pin-uv-auth-protocol': makeCredential('pinUvAuthProtocol'),
  'parameter.make-credential-enterprise-attestation': makeCredential('enterpriseAttestation'),
  'parameter.make-credential-attestation-formats-preference': makeCredential('attestationFormatsPreference'),
  'parameter.get-assertion-client-data-hash': getAssertion('clientDataHash', zeroHash),
  'parameter.get-assertion-allow-list': getAssertion('allowList'),
  'parameter.get-assertion-extensions': getAssertion('extensions'),
  'parameter.get-assertion-options': getAssertion('options'),
  'parameter.get-assertion-pin-uv-auth-param': getAssertion('pinUvAuthParam'),
  'parameter.get-assertion-pin-uv-auth-protocol': getAssertion('pinUvAuthProtocol'),
} as const satisfies Record<string, UncheckedParameter>;

type ParameterDefectId = keyof typeof uncheckedParameters;

const rows = Object.entries<UncheckedParameter>(uncheckedParameters).map(
  ([id, row]): [string, Omit<Defect, 'detectedBy'>] => [
    id,
    {
      title: `Does not check ${row.parameter} of ${row.command}: missing and malformed values are accepted`,
      breaks: 'CTAP 2.1 section 8',
      ...editRequest(row.command, withoutCheck(row)),
    },
  ],
);

export const parameterDefects = defectsDetectedBy(
  'suite',
  Object.fromEntries(rows) as Record<ParameterDefectId, Omit<Defect, 'detectedBy'>>,
);

function withoutCheck({ command, parameter, fallback }: UncheckedParameter): (request: CborMap) => CborMap {
  const field = commands[command].request.fields[parameter];
  if (!field) throw new RangeError(`${command} has no parameter ${parameter}`);
  return (request) => {
    if (isWellFormed(field, request.get(field.key))) return request;
    return fallback === undefined ? deleteMember(field.key)(request) : setMember(field.key, fallback)(request);
  };
}

function isWellFormed({ type, required }: Field<unknown, boolean>, value: CborValue | undefined): boolean {
  if (value === undefined) return !required;
  try {
    type.parse(value, '');
    return true;
  } catch {
    return false;
  }
}
