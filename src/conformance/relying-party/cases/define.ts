/** Builds the cases of a group from rows: name, expectation, title and the one change. */
import { coseAlgorithms } from '#protocol/cose.ts';
import type { SpecificationReference } from '../../catalogue-entry.ts';
import type {
  AuthenticationCase,
  AuthenticationChange,
  Base,
  Change,
  Consequence,
  Expectation,
  RegistrationCase,
  RegistrationChange,
  SessionEvent,
} from '../relying-party-case.ts';
import { inWebAuthn } from '../rules/rule.ts';
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
  consequence?: Consequence | undefined;
  /** The source, if it is another one than that of the rule. */
  specification?: SpecificationReference | undefined;
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

/** To refuse it, as in `row`, is a decision of the relying party: no text demands that, for the reason given. */
export const mayAccept = <C extends Change>(
  reason: string,
  row: Row<C>,
  specification?: SpecificationReference,
): Row<C> => ({ ...row, expected: { either: reason }, specification });

/** To accept it is less bad than to lack the rule. */
export const withConsequence = <C extends Change>(consequence: Consequence, row: Row<C>): Row<C> => ({
  ...row,
  consequence,
});

/** The change breaks a form, and nothing else: everything that the rule protects is still verified. */
export const breaksForm = <C extends Change>(row: Row<C>): Row<C> =>
  withConsequence({ severity: 'hygiene', weakness: 'Data in another form than the specified one is accepted' }, row);

/** The signature is valid, but another algorithm is named. */
export const namesOtherAlgorithm = <C extends Change>(row: Row<C>): Row<C> =>
  withConsequence(
    {
      severity: 'hygiene',
      weakness: 'The algorithm of the signature is taken from its key, whatever the statement names',
    },
    row,
  );

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

function createCase<C extends Change>(group: string, name: string, row: Row<C>, changes: BaseChanges) {
  const { title, expected, rules, change, session, consequence } = row;
  const [first] = rules;
  const base = createBase({ ...changes, ...row.base });
  return {
    id: `${group}.${name}`,
    group,
    title,
    since,
    level: 'MUST' as const,
    specification: row.specification ?? (first ? referenceOf(first, base) : inWebAuthn('7.1')),
    provenBy: rules.length > 0 ? [rules.join('+')] : [expected === 'accept' ? 'refuses-everything' : 'crashes'],
    expected,
    consequence,
    rules,
    change,
    session,
    base,
  };
}

/** Returns the section about the format of the attestation, if the rule has one for each. */
function referenceOf(id: RuleId, { attestation }: Base): SpecificationReference {
  const { specification, sections } = ruleOf(id);
  const section = sections?.[attestation];
  return section === undefined ? specification : { ...specification, section };
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
    return { ...created, specification: row.specification ?? inWebAuthn(section), ceremony: 'authentication' };
  });
