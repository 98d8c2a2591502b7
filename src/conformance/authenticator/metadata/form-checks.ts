/** The form of a metadata statement: members that describe the authenticator, and their types. FIDO Metadata Statement 3.0 sections 3 and 4. */

import { isObject } from '#base/json.ts';
import type { StatementChecks } from './define-checks.ts';
import { descriptorsOf } from './statement.ts';
import { expectBoolean, expected, expectFilledList, isUnsigned, remove, set } from './statement-values.ts';

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
