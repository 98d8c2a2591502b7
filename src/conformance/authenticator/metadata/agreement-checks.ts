/** The agreement of a metadata statement with what the authenticator supports. FIDO Metadata Statement 3.0 sections 3.2 and 4. */
import { NotApplicable } from '../failures.ts';
import { algorithmsOf } from '../preconditions.ts';
import { type Problem, type StatementChecks, show } from './define-checks.ts';
import { authenticationAlgorithms } from './registry-values.ts';
import {
  isFido2,
  type MetadataStatement,
  objectsOf,
  pinDescription,
  textsOf,
  userVerificationMethods,
} from './statement.ts';

/** Protocol versions, each with the version string of getInfo. */
const versionOfUpv: Readonly<Record<string, string>> = {
  '1.0': 'FIDO_2_0',
  '1.1': 'FIDO_2_1',
  '1.2': 'FIDO_2_2',
  '1.3': 'FIDO_2_3',
};

/** Attachment hints, each with its transports. */
const hintsOfTransports: Readonly<Record<string, string>> = {
  usb: 'wired',
  nfc: 'nfc',
  ble: 'bluetooth',
  internal: 'internal',
};

export const agreementChecks: StatementChecks = {
  'upv.device': {
    title: 'The authenticator supports every protocol version of the statement',
    section: '4',
    wrong: [
      'upv has 1.9',
      (statement) => {
        statement.upv = [{ major: 1, minor: 9 }];
        statement.protocolFamily = 'fido2';
      },
    ],
    findProblem(statement, { versions }) {
      if (!isFido2(statement)) throw new NotApplicable('The statement is not about a FIDO2 authenticator');
      const unsupported = objectsOf(statement.upv)
        .map(({ major, minor }) => `${major}.${minor}`)
        .find((upv) => !versions.includes(versionOfUpv[upv] ?? ''));
      return unsupported && `Expected protocol versions of ${versions.join(', ')}, found ${unsupported}`;
    },
  },
  'authentication-algorithms.device': {
    title: 'The statement lists every algorithm of the authenticator that the registry has',
    section: '4',
    wrong: [
      'authenticationAlgorithms lacks the algorithms of getInfo',
      (statement) => {
        statement.authenticationAlgorithms = ['sm2_sm3_raw'];
      },
    ],
    findProblem({ authenticationAlgorithms: listed }, info) {
      const names = Object.entries(authenticationAlgorithms);
      const missing = algorithmsOf(info)
        .flatMap((alg) => names.find(([, other]) => other === alg)?.[0] ?? [])
        .filter((name) => !textsOf(listed).includes(name));
      return missing.length > 0
        ? `Expected ${missing.join(', ')} in authenticationAlgorithms, found ${show(listed)}`
        : undefined;
    },
  },
  'attachment-hint.device': {
    title: 'The attachment hints contain the transports of the authenticator',
    section: '4',
    wrong: [
      'attachmentHint has only network',
      (statement) => {
        statement.attachmentHint = ['network'];
      },
    ],
    findProblem({ attachmentHint }, { transports }) {
      if (transports === undefined) throw new NotApplicable('getInfo does not contain transports');
      const missing = transports
        .map((name) => hintsOfTransports[name])
        .filter((hint) => hint && !textsOf(attachmentHint).includes(hint));
      return missing.length > 0
        ? `Expected ${missing.join(', ')} for ${transports.join(', ')} in attachmentHint, found ${show(attachmentHint)}`
        : undefined;
    },
  },
  'user-verification.client-pin': {
    title: 'A statement lists the PIN if the authenticator supports one',
    section: '4',
    wrong: ['userVerificationDetails lacks passcode_external', replaceMethods('presence_internal')],
    findProblem(statement, { options }) {
      if (options?.clientPin === undefined) throw new NotApplicable('getInfo does not contain the option clientPin');
      return expectMethod(statement, (name) => name === 'passcode_external', 'passcode_external for clientPin');
    },
  },
  'user-verification.built-in': {
    title: 'A statement lists an internal method if the authenticator verifies users itself',
    section: '4',
    wrong: [
      'userVerificationDetails has only presence and PIN',
      replaceMethods('presence_internal', 'passcode_external'),
    ],
    findProblem(statement, { options }) {
      if (options?.uv === undefined) throw new NotApplicable('getInfo does not contain the option uv');
      const isInternal = (name: string) => name.endsWith('_internal') && name !== 'presence_internal';
      return expectMethod(statement, isInternal, 'a method that ends with _internal for uv');
    },
  },
  'user-verification.pin-length': {
    title: 'The shortest PIN of the statement is minPINLength of the authenticator',
    section: '3.2',
    wrong: ['caDesc has another minLength', replacePinDescription({ minLength: 99 })],
    findProblem(statement, { minPINLength }) {
      const { minLength } = pinDescription(statement) ?? {};
      if (minLength === undefined || minPINLength === undefined)
        throw new NotApplicable('caDesc or minPINLength is missing');
      return minLength === minPINLength
        ? undefined
        : `Expected ${minPINLength} as in getInfo in minLength of caDesc, found ${show(minLength)}`;
    },
  },
};

function replaceMethods(...names: readonly string[]) {
  return (statement: Record<string, unknown>) => {
    statement.userVerificationDetails = names.map((userVerificationMethod) => [{ userVerificationMethod }]);
  };
}

/** Returns a change of members in the description of the PIN. */
export function replacePinDescription(members: Readonly<Record<string, number>>) {
  return (statement: Record<string, unknown>) => {
    const caDesc = { ...pinDescription(statement), ...members };
    statement.userVerificationDetails = [[{ userVerificationMethod: 'passcode_external', caDesc }]];
  };
}

function expectMethod(statement: MetadataStatement, accepts: (name: string) => boolean, what: string): Problem {
  const names = userVerificationMethods(statement);
  return names.some(accepts) ? undefined : `Expected ${what} in userVerificationDetails, found ${show(names)}`;
}
