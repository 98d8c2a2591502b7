/** The form of a metadata statement: members that must be there, and their types. FIDO Metadata Statement 3.0 sections 3 and 4. */
import { type Problem, type StatementChecks, show } from './define-checks.ts';
import { descriptorsOf, isObject, type MetadataStatement, objectsOf } from './statement.ts';

const expected = (what: string, found: unknown): string => `Expected ${what}, found ${show(found)}`;

const expectText =
  (name: string) =>
  (statement: MetadataStatement): Problem =>
    typeof statement[name] === 'string' && statement[name] !== ''
      ? undefined
      : expected(`text in ${name}`, statement[name]);

const isUnsigned = (value: unknown, max: number): boolean =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= max;

const expectFilledList =
  (name: string) =>
  (statement: MetadataStatement): Problem => {
    const value = statement[name];
    return Array.isArray(value) && value.length > 0 ? undefined : expected(`a list with items in ${name}`, value);
  };

const expectBoolean =
  (name: string) =>
  (statement: MetadataStatement): Problem => {
    const value = statement[name];
    return value === undefined || typeof value === 'boolean' ? undefined : expected(`true or false in ${name}`, value);
  };

const remove = (name: string) => (statement: Record<string, unknown>) => {
  delete statement[name];
};
const set = (name: string, value: unknown) => (statement: Record<string, unknown>) => {
  statement[name] = value;
};

const families = ['uaf', 'u2f', 'fido2'];
const maxDescription = 200;
const aaguidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Section 4, in the order of the dictionary. */
const knownMembers = new Set([
  'legalHeader',
  'aaid',
  'aaguid',
  'attestationCertificateKeyIdentifiers',
  'friendlyNames',
  'description',
  'alternativeDescriptions',
  'authenticatorVersion',
  'protocolFamily',
  'schema',
  'upv',
  'authenticationAlgorithms',
  'publicKeyAlgAndEncodings',
  'attestationTypes',
  'userVerificationDetails',
  'keyProtection',
  'isKeyRestricted',
  'isFreshUserVerificationRequired',
  'matcherProtection',
  'cryptoStrength',
  'attachmentHint',
  'tcDisplay',
  'tcDisplayContentType',
  'tcDisplayPNGCharacteristics',
  'attestationRootCertificates',
  'ecdaaTrustAnchors',
  'icon',
  'iconDark',
  'providerLogoLight',
  'providerLogoDark',
  'supportedExtensions',
  'keyScope',
  'multiDeviceCredentialSupport',
  'authenticatorGetInfo',
  'cxpConfigURL',
]);

const isUpv = ({ major, minor }: Readonly<Record<string, unknown>>): boolean =>
  isUnsigned(major, 0xffff) && isUnsigned(minor, 0xffff);

export const identityChecks: StatementChecks = {
  'legal-header.present': {
    title: 'The statement has a legal header',
    section: '4',
    wrong: ['legalHeader is missing', remove('legalHeader')],
    findProblem: expectText('legalHeader'),
  },
  'description.present': {
    title: 'The statement has a description',
    section: '4',
    wrong: ['description is missing', remove('description')],
    findProblem: expectText('description'),
  },
  'description.length': {
    title: 'The description has at most 200 characters',
    section: '4',
    wrong: ['description has 201 characters', set('description', 'x'.repeat(maxDescription + 1))],
    findProblem: ({ description }) =>
      typeof description === 'string' && description.length > maxDescription
        ? `Expected at most ${maxDescription} characters in description, found ${description.length}`
        : undefined,
  },
  'alternative-descriptions.form': {
    title: 'Alternative descriptions are texts by language tag',
    section: '3.11',
    wrong: ['alternativeDescriptions has a number', set('alternativeDescriptions', { 'de-DE': 1 })],
    findProblem: ({ alternativeDescriptions: value }) =>
      value === undefined ||
      (isObject(value) &&
        Object.entries(value).every(
          ([tag, text]) => /^[a-z]{2,3}(-[A-Za-z0-9]+)*$/.test(tag) && typeof text === 'string',
        ))
        ? undefined
        : expected('texts by IETF language tag in alternativeDescriptions', value),
  },
  'protocol-family.known': {
    title: 'The protocol family is uaf, u2f or fido2',
    section: '4',
    wrong: ['protocolFamily is fido3', set('protocolFamily', 'fido3')],
    findProblem: ({ protocolFamily }) =>
      families.includes(String(protocolFamily))
        ? undefined
        : expected(`${families.join(', ')} in protocolFamily`, protocolFamily),
  },
  'schema.three': {
    title: 'The schema of the statement is 3',
    section: '4',
    wrong: ['schema is 2', set('schema', 2)],
    findProblem: ({ schema }) => (schema === 3 ? undefined : expected('3 in schema', schema)),
  },
  'authenticator-version.form': {
    title: 'The authenticator version is an unsigned integer',
    section: '4',
    wrong: ['authenticatorVersion is text', set('authenticatorVersion', '1')],
    findProblem: ({ authenticatorVersion: value }) =>
      isUnsigned(value, 0xffff_ffff) ? undefined : expected('an unsigned integer in authenticatorVersion', value),
  },
  'upv.present': {
    title: 'The statement lists protocol versions',
    section: '4',
    wrong: ['upv is empty', set('upv', [])],
    findProblem: expectFilledList('upv'),
  },
  'upv.form': {
    title: 'Every protocol version has a major and a minor number',
    section: '4',
    wrong: ['upv has a text', set('upv', [{ major: '1', minor: 0 }])],
    findProblem: ({ upv }) =>
      objectsOf(upv).every(isUpv) ? undefined : expected('unsigned integers in major and minor of upv', upv),
  },
  'aaguid.present': {
    title: 'The statement of a FIDO2 authenticator has an AAGUID',
    section: '4',
    wrong: [
      'aaguid is missing, protocolFamily is fido2',
      (statement) => Object.assign(statement, { aaguid: undefined, protocolFamily: 'fido2' }),
    ],
    findProblem: (statement) => (statement.protocolFamily === 'fido2' ? expectText('aaguid')(statement) : undefined),
  },
  'aaguid.form': {
    title: 'The AAGUID is written in lower case, in groups of 8, 4, 4, 4 and 12 hex digits',
    section: '3.1',
    wrong: ['aaguid has no hyphens', set('aaguid', '00112233445566778899aabbccddeeff')],
    findProblem: ({ aaguid }) =>
      aaguid === undefined || aaguidForm.test(String(aaguid))
        ? undefined
        : expected('lower-case hex in groups of 8-4-4-4-12 in aaguid', aaguid),
  },
  'identifier.aaid': {
    title: 'Only the statement of a UAF authenticator has an AAID',
    section: '4',
    wrong: ['aaid is present', set('aaid', '1234#5678')],
    findProblem: ({ aaid, protocolFamily }) =>
      aaid !== undefined && protocolFamily !== 'uaf'
        ? expected(`no aaid for ${show(protocolFamily)}`, aaid)
        : undefined,
  },
  'identifier.single': {
    title: 'A statement with an AAGUID has no key identifiers of attestation certificates',
    section: '4',
    wrong: [
      'attestationCertificateKeyIdentifiers is present beside aaguid',
      (statement) =>
        Object.assign(statement, {
          aaguid: '00112233-4455-6677-8899-aabbccddeeff',
          attestationCertificateKeyIdentifiers: ['0'.repeat(40)],
        }),
    ],
    findProblem: ({ aaguid, attestationCertificateKeyIdentifiers: identifiers }) =>
      aaguid !== undefined && identifiers !== undefined
        ? expected('no attestationCertificateKeyIdentifiers beside aaguid', identifiers)
        : undefined,
  },
  'members.known': {
    title: 'The statement has no members that its format does not define',
    section: '4',
    level: 'SHOULD',
    wrong: ['vendorNote is present', set('vendorNote', 'x')],
    findProblem(statement) {
      const unknown = Object.keys(statement).filter((name) => !knownMembers.has(name));
      return unknown.length > 0 ? `Expected only members of the format, found ${unknown.join(', ')}` : undefined;
    },
  },
};

export const formChecks: StatementChecks = {
  ...Object.fromEntries(
    [
      ['authentication-algorithms', 'authenticationAlgorithms', 'authentication algorithms'],
      ['public-key-encodings', 'publicKeyAlgAndEncodings', 'public key encodings'],
      ['attestation-types', 'attestationTypes', 'attestation types'],
      ['user-verification', 'userVerificationDetails', 'user verification methods'],
      ['key-protection', 'keyProtection', 'key protections'],
      ['matcher-protection', 'matcherProtection', 'matcher protections'],
      ['attachment-hint', 'attachmentHint', 'attachment hints'],
    ].map(([id = '', name = '', what]) => [
      `${id}.present`,
      {
        title: `The statement lists ${what}`,
        section: '4',
        wrong: [`${name} is missing`, remove(name)] as const,
        findProblem: expectFilledList(name),
      },
    ]),
  ),
  'user-verification.form': {
    title: 'Every combination of user verification methods is a list of descriptors with a method',
    section: '3.5',
    wrong: [
      'userVerificationDetails has no inner lists',
      set('userVerificationDetails', [{ userVerificationMethod: 'presence_internal' }]),
    ],
    findProblem({ userVerificationDetails: details }) {
      const isCombination = (item: unknown) => Array.isArray(item) && item.length > 0 && item.every(isObject);
      const isList = Array.isArray(details) && details.every(isCombination);
      const hasMethods = descriptorsOf(details).every((item) => typeof item.userVerificationMethod === 'string');
      return isList && hasMethods
        ? undefined
        : expected('lists of objects with userVerificationMethod in userVerificationDetails', details);
    },
  },
  'user-verification.code-accuracy': {
    title: 'The accuracy of a passcode has base, minLength, maxRetries and blockSlowdown as unsigned integers',
    section: '3.2',
    wrong: [
      'caDesc has a text in base',
      set('userVerificationDetails', [
        [{ userVerificationMethod: 'passcode_external', caDesc: { base: '10', minLength: 4 } }],
      ]),
    ],
    findProblem({ userVerificationDetails: details }) {
      const isValid = ({ base, minLength, maxRetries = 0, blockSlowdown = 0 }: Readonly<Record<string, unknown>>) =>
        isUnsigned(base, 0xffff) &&
        Number(base) >= 2 &&
        isUnsigned(minLength, 0xffff) &&
        Number(minLength) >= 1 &&
        isUnsigned(maxRetries, 0xffff) &&
        isUnsigned(blockSlowdown, 0xffff);
      const wrong = descriptorsOf(details).find(
        ({ caDesc }) => caDesc !== undefined && !(isObject(caDesc) && isValid(caDesc)),
      );
      return wrong && expected('unsigned integers in caDesc, base at least 2 and minLength at least 1', wrong.caDesc);
    },
  },
  'crypto-strength.form': {
    title: 'The cryptographic strength is a number of bits',
    section: '4',
    wrong: ['cryptoStrength is text', set('cryptoStrength', '128')],
    findProblem: ({ cryptoStrength: value }) =>
      value === undefined || (isUnsigned(value, 0xffff) && Number(value) > 0)
        ? undefined
        : expected('an unsigned integer in cryptoStrength', value),
  },
  'key-restricted.form': {
    title: 'isKeyRestricted is a boolean',
    section: '4',
    wrong: ['isKeyRestricted is text', set('isKeyRestricted', 'true')],
    findProblem: expectBoolean('isKeyRestricted'),
  },
  'fresh-user-verification.form': {
    title: 'isFreshUserVerificationRequired is a boolean',
    section: '4',
    wrong: ['isFreshUserVerificationRequired is a number', set('isFreshUserVerificationRequired', 1)],
    findProblem: expectBoolean('isFreshUserVerificationRequired'),
  },
  'supported-extensions.form': {
    title: 'Every supported extension has an id and fail_if_unknown',
    section: '3.10',
    wrong: ['supportedExtensions has an item without fail_if_unknown', set('supportedExtensions', [{ id: 'x' }])],
    findProblem: ({ supportedExtensions: value = [] }) =>
      Array.isArray(value) &&
      value.every((item) => isObject(item) && typeof item.id === 'string' && typeof item.fail_if_unknown === 'boolean')
        ? undefined
        : expected('objects with id and fail_if_unknown in supportedExtensions', value),
  },
  'icon.form': {
    title: 'The icon is a data URL with a PNG image',
    section: '4',
    wrong: ['icon is an address', set('icon', 'https://vendor.example/icon.png')],
    findProblem: ({ icon }) =>
      icon === undefined || /^data:image\/png;base64,iVBORw0KGgo[A-Za-z0-9+/]*={0,2}$/.test(String(icon))
        ? undefined
        : expected('a data URL with a PNG image in icon', String(icon).slice(0, 60)),
  },
  'display.form': {
    title: 'tcDisplay is a list, which may be empty',
    section: '4',
    wrong: ['tcDisplay is text', set('tcDisplay', 'any')],
    findProblem: ({ tcDisplay: value }) =>
      value === undefined || Array.isArray(value) ? undefined : expected('a list in tcDisplay', value),
  },
};
