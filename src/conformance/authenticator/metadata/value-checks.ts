/** The values of a metadata statement: those of the FIDO registry, those that exclude each other, and root certificates. */
import { isDerSequence } from '../der-reader.ts';
import { type Problem, registry, type StatementCheck, type StatementChecks, show } from './define-checks.ts';
import {
  attachmentHints,
  attestationTypes,
  authenticationAlgorithms,
  keyProtections,
  matcherProtections,
  publicKeyEncodings,
  transactionDisplays,
  userVerificationMethodNames,
} from './registry-values.ts';
import { type MetadataStatement, textsOf, userVerificationMethods } from './statement.ts';

const unknownValues = (name: string, found: readonly string[], known: readonly string[]): Problem => {
  const unknown = found.filter((value) => !known.includes(value));
  return unknown.length > 0
    ? `Expected values of the FIDO registry in ${name}, found ${unknown.join(', ')}`
    : undefined;
};

/** A check that a list has only values of a section of the registry. */
const registered = (name: string, section: string, known: readonly string[], title: string): StatementCheck => ({
  title: `Every ${title} is a value of the FIDO registry`,
  section,
  document: registry,
  wrong: [
    `${name} has an unknown value`,
    (statement) => {
      statement[name] = [...textsOf(statement[name]), 'made_up'];
    },
  ],
  findProblem: (statement) => unknownValues(name, textsOf(statement[name]), known),
});

/** A check that values which exclude each other are not listed together. */
const exclusive = (
  name: string,
  title: string,
  [one, others]: readonly [one: string, others: readonly string[]],
): StatementCheck => ({
  title,
  section: '4',
  wrong: [
    `${name} has ${one} and ${others[0]}`,
    (statement) => {
      statement[name] = [one, others[0]];
    },
  ],
  findProblem(statement) {
    const values = textsOf(statement[name]);
    const other = others.find((value) => values.includes(value));
    return values.includes(one) && other !== undefined
      ? `Expected ${one} without ${other} in ${name}, found ${show(values)}`
      : undefined;
  },
});

const registryChecks: StatementChecks = {
  'authentication-algorithms.registered': registered(
    'authenticationAlgorithms',
    '3.6.1',
    Object.keys(authenticationAlgorithms),
    'authentication algorithm',
  ),
  'public-key-encodings.registered': registered(
    'publicKeyAlgAndEncodings',
    '3.6.2',
    publicKeyEncodings,
    'public key encoding',
  ),
  'attestation-types.registered': registered('attestationTypes', '3.6.3', attestationTypes, 'attestation type'),
  'user-verification.registered': {
    title: 'Every user verification method is a value of the FIDO registry',
    section: '3.1',
    document: registry,
    wrong: [
      'userVerificationDetails has an unknown method',
      (statement) => {
        statement.userVerificationDetails = [[{ userVerificationMethod: 'smellprint_internal' }]];
      },
    ],
    findProblem: (statement) =>
      unknownValues('userVerificationDetails', userVerificationMethods(statement), userVerificationMethodNames),
  },
  'key-protection.registered': registered('keyProtection', '3.2', keyProtections, 'key protection'),
  'matcher-protection.registered': registered('matcherProtection', '3.3', matcherProtections, 'matcher protection'),
  'attachment-hint.registered': registered('attachmentHint', '3.4', attachmentHints, 'attachment hint'),
  'display.registered': registered('tcDisplay', '3.5', transactionDisplays, 'transaction confirmation display'),
};

const combinationChecks: StatementChecks = {
  'public-key-encodings.cose': {
    title: 'A FIDO2 authenticator encodes public keys as COSE keys',
    section: '3.6.2',
    document: registry,
    wrong: [
      'publicKeyAlgAndEncodings has only ecc_x962_raw, protocolFamily is fido2',
      (statement) => {
        statement.publicKeyAlgAndEncodings = ['ecc_x962_raw'];
        statement.protocolFamily = 'fido2';
      },
    ],
    findProblem: ({ protocolFamily, publicKeyAlgAndEncodings: value }) =>
      protocolFamily === 'fido2' && !textsOf(value).includes('cose')
        ? `Expected cose in publicKeyAlgAndEncodings, found ${show(value)}`
        : undefined,
  },
  'key-protection.exclusive': exclusive(
    'keyProtection',
    'Keys that software protects are not protected by hardware as well',
    ['software', ['hardware', 'tee', 'secure_element']],
  ),
  'key-protection.tee-or-element': exclusive(
    'keyProtection',
    'Keys are not both in a trusted execution environment and in a secure element',
    ['tee', ['secure_element']],
  ),
  'matcher-protection.exclusive': exclusive(
    'matcherProtection',
    'A matcher in software is not in a trusted execution environment or on the chip as well',
    ['software', ['tee', 'on_chip']],
  ),
  'attachment-hint.exclusive': exclusive('attachmentHint', 'An authenticator is internal or external, not both', [
    'internal',
    ['external'],
  ]),
  'user-verification.single-presence': {
    title: 'The method none is not combined with another one',
    section: '3.1',
    document: registry,
    wrong: [
      'userVerificationDetails combines none and passcode_internal',
      (statement) => {
        statement.userVerificationDetails = [
          [{ userVerificationMethod: 'none' }, { userVerificationMethod: 'passcode_internal' }],
        ];
      },
    ],
    findProblem: ({ userVerificationDetails: details }) => {
      const combinations = Array.isArray(details) ? details : [];
      const wrong = combinations.find(
        (one) => userVerificationMethods({ userVerificationDetails: [one] }).includes('none') && one.length > 1,
      );
      return wrong && `Expected none alone, found ${show(wrong)}`;
    },
  },
  'display.content-type': {
    title: 'A statement with a transaction confirmation display names its content type',
    section: '4',
    wrong: [
      'tcDisplayContentType is missing beside tcDisplay',
      (statement) => {
        statement.tcDisplay = ['any'];
        delete statement.tcDisplayContentType;
      },
    ],
    findProblem: ({ tcDisplay, tcDisplayContentType: type }) =>
      textsOf(tcDisplay).length > 0 && typeof type !== 'string'
        ? `Expected text in tcDisplayContentType, found ${show(type)}`
        : undefined,
  },
};

const needsRoot = ['basic_full', 'attca', 'anonca'];

const changeRoots = (change: (root: string) => string) => (statement: Record<string, unknown>) => {
  statement.attestationRootCertificates = textsOf(statement.attestationRootCertificates).map(change);
};

const rootsOf = ({ attestationRootCertificates }: MetadataStatement): string[] => textsOf(attestationRootCertificates);

const rootChecks: StatementChecks = {
  'roots.present': {
    title: 'The statement has a list of root certificates, which may be empty',
    section: '4',
    wrong: [
      'attestationRootCertificates is missing',
      (statement) => {
        delete statement.attestationRootCertificates;
      },
    ],
    findProblem: ({ attestationRootCertificates: value }) =>
      Array.isArray(value) ? undefined : `Expected a list in attestationRootCertificates, found ${show(value)}`,
  },
  'roots.base64': {
    title: 'Root certificates are written in base64, without line breaks and PEM headers',
    section: '4',
    wrong: [
      'attestationRootCertificates has PEM headers',
      changeRoots((root) => `-----BEGIN CERTIFICATE-----\n${root}\n-----END CERTIFICATE-----`),
    ],
    findProblem(statement) {
      const wrong = rootsOf(statement).find((root) => !/^[A-Za-z0-9+/]+={0,2}$/.test(root));
      return wrong && `Expected base64 in attestationRootCertificates, found ${show(wrong.slice(0, 40))}`;
    },
  },
  'roots.der': {
    title: 'Root certificates are complete DER structures',
    section: '4',
    wrong: ['attestationRootCertificates has a certificate that is cut off', changeRoots((root) => root.slice(0, 200))],
    findProblem(statement) {
      const wrong = rootsOf(statement).findIndex((root) => !isDerSequence(Buffer.from(root, 'base64')));
      return wrong < 0
        ? undefined
        : `Expected a DER sequence as item ${wrong + 1} of attestationRootCertificates, found other bytes or another length`;
    },
  },
  'roots.for-certificates': {
    title: 'A statement whose attestation has certificates lists a root certificate',
    section: '4',
    wrong: [
      'attestationRootCertificates is empty, attestationTypes has basic_full',
      (statement) => {
        statement.attestationTypes = ['basic_full'];
        statement.attestationRootCertificates = [];
      },
    ],
    findProblem: (statement) =>
      textsOf(statement.attestationTypes).some((type) => needsRoot.includes(type)) && rootsOf(statement).length === 0
        ? `Expected a root certificate for ${show(statement.attestationTypes)}, found none`
        : undefined,
  },
  'roots.for-surrogate': {
    title: 'A statement with surrogate attestation only lists no root certificate',
    section: '4',
    wrong: [
      'attestationRootCertificates is filled, attestationTypes has only basic_surrogate',
      (statement) => {
        statement.attestationTypes = ['basic_surrogate'];
        statement.attestationRootCertificates = ['MAA='];
      },
    ],
    findProblem: (statement) =>
      show(statement.attestationTypes) === '["basic_surrogate"]' && rootsOf(statement).length > 0
        ? `Expected no root certificate for basic_surrogate, found ${rootsOf(statement).length}`
        : undefined,
  },
};

export const valueChecks: StatementChecks = { ...registryChecks, ...combinationChecks, ...rootChecks };
