/** A metadata statement against getInfo of the authenticator. FIDO Metadata Statement 3.0 sections 3.12 and 4. */
import { formatAaguid, toHex } from '#base/bytes.ts';
import type { AuthenticatorInfo } from '#protocol/get-info.ts';
import { NotApplicable } from '../failures.ts';
import { algorithmsOf } from '../preconditions.ts';
import { type Problem, type StatementCheck, type StatementChecks, show } from './define-checks.ts';
import { authenticationAlgorithms } from './registry-values.ts';
import {
  getInfoOf,
  isObject,
  type MetadataStatement,
  objectsOf,
  pinDescription,
  textsOf,
  userVerificationMethods,
} from './statement.ts';

/** Returns a change of one member of getInfo in the statement. */
const change =
  (name: string, value: (before: unknown) => unknown) =>
  (statement: Record<string, unknown>): void => {
    const info = getInfoOf(statement);
    statement.authenticatorGetInfo = { ...info, [name]: value(info[name]) };
  };

const isFido2 = ({ protocolFamily }: MetadataStatement): boolean => protocolFamily === 'fido2';

/** Returns JSON with sorted lists and members, so that order does not matter. */
const toComparable = (value: unknown): string =>
  JSON.stringify(value, (_key, member: unknown) => {
    if (Array.isArray(member)) return member.map((item) => JSON.stringify(item)).toSorted();
    return isObject(member) ? Object.fromEntries(Object.entries(member).toSorted()) : member;
  });

type MemberName = keyof AuthenticatorInfo;

/** Members that the statement must give as the authenticator does, with another value that violates it. */
const equalMembers: Partial<Record<MemberName, unknown>> = {
  versions: ['FIDO_2_0'],
  extensions: ['made-up'],
  maxMsgSize: 1,
  pinUvAuthProtocols: [9],
  maxCredentialCountInList: 999,
  maxCredentialIdLength: 1,
  transports: ['smoke'],
  algorithms: [{ type: 'public-key', alg: -65535 }],
  maxSerializedLargeBlobArray: 1,
  minPINLength: 63,
  maxCredBlobLength: 1,
  maxRPIDsForSetMinPINLength: 99,
  preferredPlatformUvAttempts: 99,
  uvModality: 0x200,
  attestationFormats: ['made-up'],
};

const equalMember = (name: MemberName, wrong: unknown): StatementCheck => ({
  title: `${name} of the statement is that of getInfo`,
  section: '3.12',
  wrong: [`authenticatorGetInfo has another ${name}`, change(name, () => wrong)],
  findProblem(statement, info) {
    const value = getInfoOf(statement)[name];
    if (value === undefined && info[name] === undefined)
      throw new NotApplicable(`Neither statement nor getInfo has ${name}`);
    return toComparable(value) === toComparable(info[name])
      ? undefined
      : `Expected ${show(info[name])} as in getInfo in ${name}, found ${show(value)}`;
  },
});

const memberChecks: StatementChecks = Object.fromEntries(
  Object.entries(equalMembers).map(([name, wrong]) => [
    `getinfo.${name.replaceAll(/[A-Z]+/g, (letters) => `-${letters.toLowerCase()}`)}`,
    equalMember(name as MemberName, wrong),
  ]),
);

/** Options whose value depends on the state of the authenticator: only their presence is compared. */
const stateOptions = [
  'clientPin',
  'uv',
  'alwaysUv',
  'bioEnroll',
  'userVerificationMgmtPreview',
  'ep',
  'makeCredUvNotRqd',
];

const optionsOf = (value: unknown): Readonly<Record<string, unknown>> => (isObject(value) ? value : {});

const optionChecks: StatementChecks = {
  'getinfo.options-of-statement': {
    title: 'The authenticator has every option of the statement, with the same value unless it depends on the state',
    section: '3.12',
    wrong: [
      'authenticatorGetInfo has an option more',
      change('options', (options) => ({ ...optionsOf(options), madeUp: true })),
    ],
    findProblem(statement, { options = {} }) {
      const listed = Object.entries(optionsOf(getInfoOf(statement).options));
      const wrong = listed.find(([id, value]) =>
        stateOptions.includes(id) ? options[id] === undefined : (options[id] ?? false) !== value,
      );
      return wrong && `Expected ${wrong[0]} to be ${show(options[wrong[0]])} as in getInfo, found ${show(wrong[1])}`;
    },
  },
  'getinfo.options-of-device': {
    title: 'The statement has every option of the authenticator',
    section: '3.12',
    wrong: ['authenticatorGetInfo has no options', change('options', () => ({}))],
    findProblem(statement, { options = {} }) {
      const listed = optionsOf(getInfoOf(statement).options);
      const missing = Object.keys(options).filter((id) => listed[id] === undefined && options[id] === true);
      return missing.length > 0
        ? `Expected the options ${missing.join(', ')} in the statement, found none of them`
        : undefined;
    },
  },
};

const identityChecks: StatementChecks = {
  'getinfo.present': {
    title: 'The statement of a FIDO2 authenticator has its getInfo',
    section: '4',
    wrong: [
      'authenticatorGetInfo is missing',
      (statement) => Object.assign(statement, { authenticatorGetInfo: undefined, protocolFamily: 'fido2' }),
    ],
    findProblem: (statement) =>
      isFido2(statement) && !isObject(statement.authenticatorGetInfo)
        ? `Expected an object in authenticatorGetInfo, found ${show(statement.authenticatorGetInfo)}`
        : undefined,
  },
  'getinfo.aaguid-form': {
    title: 'The AAGUID in getInfo of the statement has 32 hex digits',
    section: '3.12',
    wrong: [
      'aaguid in authenticatorGetInfo has hyphens',
      change('aaguid', () => '00112233-4455-6677-8899-aabbccddeeff'),
    ],
    findProblem(statement) {
      const { aaguid } = getInfoOf(statement);
      return aaguid === undefined || /^[0-9a-f]{32}$/.test(String(aaguid))
        ? undefined
        : `Expected 32 lower-case hex digits in aaguid of authenticatorGetInfo, found ${show(aaguid)}`;
    },
  },
  'getinfo.aaguid': {
    title: 'The AAGUID in getInfo of the statement is that of the authenticator',
    section: '3.12',
    wrong: ['authenticatorGetInfo has another aaguid', change('aaguid', () => '0'.repeat(31).concat('1'))],
    findProblem(statement, { aaguid }) {
      const found = getInfoOf(statement).aaguid;
      return found === undefined || found === toHex(aaguid)
        ? undefined
        : `Expected ${toHex(aaguid)} as in getInfo in aaguid, found ${show(found)}`;
    },
  },
  'aaguid.device': {
    title: 'The AAGUID of the statement is that of the authenticator',
    section: '4',
    wrong: [
      'aaguid is another one',
      (statement) => {
        statement.aaguid = '00112233-4455-6677-8899-aabbccddeeff';
      },
    ],
    findProblem: ({ aaguid: found }, { aaguid }) =>
      found === undefined || found === formatAaguid(aaguid)
        ? undefined
        : `Expected ${formatAaguid(aaguid)} as in getInfo in aaguid, found ${show(found)}`,
  },
  'authenticator-version.device': {
    title: 'The firmware of the authenticator is not older than the version of the statement',
    section: '4',
    wrong: [
      'authenticatorVersion is higher than the firmware version',
      (statement) => {
        statement.authenticatorVersion = 0xffff_ffff;
      },
    ],
    findProblem({ authenticatorVersion: version }, { firmwareVersion }) {
      if (firmwareVersion === undefined) throw new NotApplicable('getInfo does not contain firmwareVersion');
      return Number(version) > firmwareVersion
        ? `Expected at most ${firmwareVersion} as in getInfo in authenticatorVersion, found ${show(version)}`
        : undefined;
    },
  },
};

/** Protocol versions with the version in getInfo that stands for each. */
const versionOfUpv: Readonly<Record<string, string>> = {
  '1.0': 'FIDO_2_0',
  '1.1': 'FIDO_2_1',
  '1.2': 'FIDO_2_2',
  '1.3': 'FIDO_2_3',
};

/** Hints with the transports to which each belongs. */
const hintsOfTransports: Readonly<Record<string, string>> = {
  usb: 'wired',
  nfc: 'nfc',
  ble: 'bluetooth',
  internal: 'internal',
};

const agreementChecks: StatementChecks = {
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

export const getInfoChecks: StatementChecks = {
  ...identityChecks,
  ...memberChecks,
  ...optionChecks,
  ...agreementChecks,
};
