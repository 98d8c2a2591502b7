/** Checks of a case beyond its schema: names that other modules define, and values that exclude each other. */
import { policySchema } from '#relying-party/config.ts';
import { findBrowserContradiction } from './browser-compatibility.ts';
import type { Finding } from './check.ts';
import { checkBudgets } from './check-budgets.ts';
import { checkPersona, type FindSettingProblems } from './check-persona.ts';
import { toPolicyInput } from './policy-mapping.ts';
import type { ScenarioCase } from './schema.ts';
import { nodeAt, type Path, type SourceNode } from './source-node.ts';
import { hintFor } from './suggest.ts';

/** The names that a case may use; any name is valid where they are absent. */
export interface KnownNames {
  personas: Readonly<Record<string, unknown>>;
  dialogs?: readonly string[];
  defects?: readonly string[];
  /** Checks the settings of emulated keys; absent: any setting is valid. */
  findSettingProblems?: FindSettingProblems;
  /** The command line sets engine, route or stack of every case: a case that they do not fit is skipped and no error. */
  overridesBrowser?: boolean;
}

/** `valid`: the case, if its schema found no error. */
export function checkCase(valid: ScenarioCase | undefined, resolved: SourceNode, known: KnownNames): Finding[] {
  const unknownNames = checkNames(resolved, known);
  const { findSettingProblems = () => [] } = known;
  if (!valid) return unknownNames;
  const personaFindings = unknownNames.length === 0 ? checkPersona(valid, resolved, findSettingProblems) : [];
  const browserFindings = known.overridesBrowser ? [] : checkBrowser(valid);
  return [...checkPolicy(valid), ...checkBudgets(valid), ...browserFindings, ...unknownNames, ...personaFindings];
}

/** Finds combinations of policy settings that the relying party does not accept. */
function checkPolicy({ 'relying-party': policy = {} }: ScenarioCase): Finding[] {
  const { error } = policySchema.safeParse(toPolicyInput(policy));
  return (error?.issues ?? []).map(({ message }) => ({ path: ['relying-party'], kind: 'wrong', message }));
}

/** Finds settings of the browser that exclude each other. */
function checkBrowser({ browser = {} }: ScenarioCase): Finding[] {
  const found = findBrowserContradiction(browser);
  return found ? [{ path: ['browser', found.setting], kind: 'wrong', message: found.message }] : [];
}

function checkNames(resolved: SourceNode, { personas, dialogs, defects }: KnownNames): Finding[] {
  const checkName = (what: string, path: Path, names: readonly string[] | undefined): Finding[] => {
    const name = nodeAt(resolved, path);
    if (names === undefined || name?.kind !== 'scalar' || typeof name.value !== 'string' || names.includes(name.value))
      return [];
    return [{ path, kind: 'wrong', message: `Unknown ${what} "${name.value}"`, hint: hintFor(name.value, names) }];
  };
  const personaIds = Object.keys(personas);
  const listed = nodeAt(resolved, ['authenticator', 'defects']);
  return [
    ...checkName('persona', ['authenticator', 'persona'], personaIds),
    ...checkName('persona', ['this-device', 'persona'], personaIds),
    ...checkName('dialog', ['browser', 'dialog'], dialogs),
    ...(listed?.kind === 'list'
      ? listed.items.flatMap((_, index) => checkName('defect', ['authenticator', 'defects', index], defects))
      : []),
  ];
}
