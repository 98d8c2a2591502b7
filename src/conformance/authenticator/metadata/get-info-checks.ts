/** A metadata statement against getInfo of the authenticator. FIDO Metadata Statement 3.0 sections 3.12 and 4. */
import { formatAaguid, toHex } from '#base/bytes.ts';
import { isObject } from '#base/json.ts';
import type { AuthenticatorInfo } from '#protocol/get-info.ts';
import { NotApplicable } from '../failures.ts';
import { agreementChecks } from './agreement-checks.ts';
import { type StatementCheck, type StatementChecks, show } from './define-checks.ts';
import { getInfoOf, isFido2 } from './statement.ts';

/** Returns a change of one member of getInfo in the statement. */
const change =
  (name: string, value: (before: unknown) => unknown) =>
  (statement: Record<string, unknown>): void => {
    const info = getInfoOf(statement);
    statement.authenticatorGetInfo = { ...info, [name]: value(info[name]) };
  };

/** Returns JSON with sorted lists and members, so that order does not matter. */
const toComparable = (value: unknown): string =>
  JSON.stringify(value, (_key, member: unknown) => {
    if (Array.isArray(member)) return member.map((item) => JSON.stringify(item)).toSorted();
    return isObject(member) ? Object.fromEntries(Object.entries(member).toSorted()) : member;
  });

type MemberName = keyof AuthenticatorInfo;

/** Members whose value in the statement must be that of the authenticator, each with another value that violates this. */
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

export const getInfoChecks: StatementChecks = {
  ...identityChecks,
  ...memberChecks,
  ...optionChecks,
  ...agreementChecks,
};
