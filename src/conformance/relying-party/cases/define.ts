/** Builds the cases of a group from rows: name, expectation, title and the one change. */
import { coseAlgorithms } from '#protocol/cose.ts';
import type {
  AuthenticationCase,
  AuthenticationChange,
  Base,
  Change,
  Expectation,
  RegistrationCase,
  RegistrationChange,
  SessionEvent,
} from '../relying-party-case.ts';
import { type RuleId, ruleOf } from '../rules.ts';

/** Version of the catalogue that adds the cases. */
export const since = '1.0';

interface Row<C extends Change> {
  title: string;
  expected: Expectation;
  rules: readonly RuleId[];
  change: C;
  base?: BaseChanges | undefined;
  session?: SessionEvent | undefined;
}

export type BaseChanges = Omit<Partial<Base>, 'settings'> & { settings?: Partial<Base['settings']> };
export type Rows<C extends Change> = Readonly<Record<string, Row<C>>>;

/** For a statement without certificates, which would otherwise be refused because it has none. */
export const withoutTrust: BaseChanges = { settings: { attestation: 'optional' } };

/** The change violates this rule, or all of these rules. */
export const refuse = <C extends Change>(
  rules: RuleId | readonly RuleId[],
  title: string,
  change: C,
  base?: BaseChanges,
): Row<C> => ({ title, expected: 'refuse', rules: typeof rules === 'string' ? [rules] : rules, change, base });

/** The change is unusual, but conforms to the specification. */
export const accept = <C extends Change>(title: string, change: C, base?: BaseChanges): Row<C> => ({
  title,
  expected: 'accept',
  rules: [],
  change,
  base,
});

/** Both outcomes are correct, for the reason given; only a crash is not. */
export const either = <C extends Change>(reason: string, title: string, change: C, base?: BaseChanges): Row<C> => ({
  title,
  expected: { either: reason },
  rules: [],
  change,
  base,
});

const defaultSettings: Base['settings'] = {
  userVerification: 'required',
  attestation: 'optional',
  algorithms: [coseAlgorithms.ES256.alg, coseAlgorithms.EdDSA.alg, coseAlgorithms.RS256.alg],
};

const defaultBase: Base = {
  attestation: 'none',
  algorithm: 'ES256',
  credentialIdLength: 32,
  synced: false,
  settings: defaultSettings,
};

/** Attestation is required of a base with certificates, so that its chain is checked. */
export function createBase(changes: BaseChanges): Base {
  const { attestation = 'none', algorithm = 'ES256' } = changes;
  const isCertified = attestation !== 'none' && attestation !== 'packed-self';
  const { alg } = coseAlgorithms[algorithm];
  const settings: Base['settings'] = {
    ...defaultSettings,
    attestation: isCertified ? 'required' : 'optional',
    algorithms: [...new Set([...defaultSettings.algorithms, alg])],
    ...changes.settings,
  };
  return { ...defaultBase, ...changes, settings };
}

function createCase<C extends Change>(group: string, name: string, row: Row<C>, base: BaseChanges) {
  const { title, expected, rules, change, session } = row;
  const [first] = rules;
  return {
    id: `${group}.${name}`,
    group,
    title,
    since,
    level: 'MUST' as const,
    specification: first ? ruleOf(first).specification : { document: 'WebAuthn L3', section: '7.1' },
    provenBy: rules.length > 0 ? [rules.join('+')] : [expected === 'accept' ? 'refuses-everything' : 'crashes'],
    expected,
    rules,
    change,
    session,
    base: createBase({ ...base, ...row.base }),
  };
}

export const registrationCases = (
  group: string,
  base: BaseChanges,
  rows: Rows<RegistrationChange>,
): RegistrationCase[] =>
  Object.entries(rows).map(([name, row]) => ({ ...createCase(group, name, row, base), ceremony: 'registration' }));

export const authenticationCases = (
  group: string,
  base: BaseChanges,
  rows: Rows<AuthenticationChange>,
): AuthenticationCase[] =>
  Object.entries(rows).map(([name, row]) => {
    const created = createCase(group, name, row, base);
    const section = (row.rules[0] && ruleOf(row.rules[0]).authentication) ?? '7.2';
    return { ...created, specification: { document: 'WebAuthn L3', section }, ceremony: 'authentication' };
  });
