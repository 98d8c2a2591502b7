/** One scenario file becomes its cases: includes, file, case and matrix coordinates merged, references resolved, result validated. */
import { policySchema } from '#relying-party/config.ts';
import { check, type Finding, locate } from './check.ts';
import { type Diagnostic, diagnostic } from './diagnostics.ts';
import { type CaseIdentity, type ExpandedCase, expandedCase } from './expanded-case.ts';
import type { SourceFile } from './library.ts';
import { type Combination, expandMatrix, onDevices } from './matrix.ts';
import { emptyMap, mergeCases, withEntry } from './merge.ts';
import { policyOf } from './policy-mapping.ts';
import { deviceNamed, isRealKey } from './schema/authenticator.ts';
import { caseShape, type ScenarioCase, scenarioCase } from './schema.ts';
import { entryAt, type MapNode, nodeAt, type Path, pick, plain, type SourceNode } from './source-node.ts';
import { hintFor } from './suggest.ts';
import { type Environment, type PersonaFacts, Resolver } from './variables.ts';

/** What the language cannot know by itself: names that other rooms own, and the run. */
export interface Vocabulary {
  /** Every persona with what `${persona.x}` may say of it. */
  personas: Readonly<Record<string, PersonaFacts>>;
  /** Security-dialog profiles; any name passes when absent. */
  dialogs?: readonly string[];
  /** Ids of deliberate faults; any id passes when absent. */
  defects?: readonly string[];
  /** Devices that every case runs on, whatever it says itself; a real key takes the place of the persona. */
  devices?: readonly string[];
  /** What is known of real keys, by what names them; `${persona.x}` says this of them. */
  keys?: Readonly<Record<string, PersonaFacts>>;
  /** `${run.x}`; default `{ index: 0 }`. */
  run?: PersonaFacts;
  /** Where secrets come from. Absent for listing and validating: they are then placeholders, and none is asked for. */
  env?: Environment;
}

export interface Expanded {
  cases: ExpandedCase[];
  diagnostics: Diagnostic[];
}

const maxCases = 5_000;
const isBodyKey = (key: string): boolean => Object.hasOwn(caseShape, key);

/** The cases of `source`, in the order of the file, the last dimension of the matrix varying fastest; none when anything is wrong. */
export function expand(source: SourceFile, vocabulary: Vocabulary): Expanded {
  const { root, file } = source;
  if (root === undefined || source.includes === undefined) return { cases: [], diagnostics: [] };
  const expansion = expandMatrix(nodeAt(root, ['matrix']));
  const { diagnostics } = expansion;
  const combinations = onDevices(expansion.combinations, vocabulary.devices, root.at);
  const overrides = caseOverrides(root);
  if (overrides.length * combinations.length > maxCases) {
    const message = `the file stands for ${overrides.length * combinations.length} cases; at most ${maxCases} are run`;
    return { cases: [], diagnostics: [...diagnostics, diagnostic(root.at, message)] };
  }
  const base = mergedBody(source, emptyMap(file));
  const cases: ExpandedCase[] = [];
  for (const override of overrides) {
    for (const combination of combinations) {
      const made = oneCase({ root, base, override, combination }, vocabulary);
      diagnostics.push(...made.diagnostics);
      cases.push(...made.cases);
    }
  }
  return { cases: diagnostics.length > 0 ? [] : cases, diagnostics };
}

/** The parts of `source` that make a case, over those of its includes. */
function mergedBody(source: SourceFile, base: MapNode): MapNode {
  const below = (source.includes ?? []).reduce((merged, include) => mergedBody(include, merged), base);
  return source.root ? mergeCases(below, pick(source.root, isBodyKey)) : below;
}

/** The entries of `cases`; a file without any is one case. */
function caseOverrides(root: MapNode): (MapNode | undefined)[] {
  const cases = nodeAt(root, ['cases']);
  return cases?.kind === 'list' ? cases.items.filter((item) => item.kind === 'map') : [undefined];
}

interface Parts {
  root: MapNode;
  base: MapNode;
  override: MapNode | undefined;
  combination: Combination;
}

function oneCase(parts: Parts, { personas, keys = {}, run = { index: 0 }, env, ...names }: Vocabulary): Expanded {
  const { base, override, combination } = parts;
  const merged = override ? mergeCases(base, pick(override, isBodyKey)) : base;
  const body = combination.reduce((node, { path, entry }) => withEntry(node, path.split('.'), entry), merged);
  const caseVars = override && nodeAt(override, ['vars']);
  const resolver = new Resolver({
    body,
    caseVars: caseVars?.kind === 'map' ? caseVars : undefined,
    personas,
    keyFacts: (device) => factsOfKey(deviceNamed(device), keys),
    run,
    env,
  });
  const resolved = resolver.resolve(body);
  const identity = identify(parts, resolver);
  const checked = check(scenarioCase, resolved);
  const findings = [
    ...(checked.ok ? [...impossiblePolicy(checked.value), ...foreignBrowser(checked.value)] : checked.findings),
    ...unknownNames(resolved, personas, names),
  ];
  const own = findings.filter(({ path }) => {
    const found = nodeAt(resolved, path);
    return found === undefined || !resolver.isIncomplete(found);
  });
  const diagnostics = [...resolver.diagnostics, ...own.map((finding) => locate(finding, resolved))];
  if (!checked.ok || diagnostics.length > 0) return { cases: [], diagnostics };
  return { cases: [expandedCase(identity, checked.value, resolved, resolver.secrets)], diagnostics };
}

/** A key that nobody has met yet is told apart by its name only: enough to list and check what stands in a file. */
function factsOfKey(device: string | undefined, keys: NonNullable<Vocabulary['keys']>): PersonaFacts | undefined {
  if (!isRealKey(device)) return undefined;
  const unmet = { id: device, label: device, aaguid: '00000000-0000-0000-0000-000000000000' };
  return Object.hasOwn(keys, device) ? keys[device] : unmet;
}

function identify({ root, override, combination }: Parts, resolver: Resolver): CaseIdentity {
  const text = (node: MapNode | undefined, key: string) => {
    const found = node && nodeAt(node, [key]);
    return found && String(plain(resolver.resolve(found)));
  };
  const caseId = text(override, 'id');
  const variation = caseId ? `: ${caseId.replace(/[-.]/g, ' ')}` : '';
  const coordinates = combination.map(({ path, text }) => `${path}=${text}`).join(',');
  const values = combination.map((coordinate) => coordinate.text).join(', ');
  const { file, line, column } = (override && entryAt(override, ['id'])?.key) ?? entryAt(root, ['id'])?.key ?? root.at;
  return {
    id: `${text(root, 'id')}${caseId ? `/${caseId}` : ''}${coordinates && `[${coordinates}]`}`,
    title: `${text(override, 'title') ?? `${text(root, 'title') ?? text(root, 'id')}${variation}`}${values && ` [${values}]`}`,
    location: { file, line, column },
    coordinates: Object.fromEntries(combination.map(({ path, text }) => [path, text])),
  };
}

/** What each word allows by itself and the relying party still cannot do together. */
function impossiblePolicy({ 'relying-party': stated = {} }: ScenarioCase): Finding[] {
  const { error } = policySchema.safeParse(policyOf(stated));
  return (error?.issues ?? []).map(({ message }) => ({ path: ['relying-party'], kind: 'wrong', message }));
}

/** Our client reaches pages of Chromium; Firefox registers by itself or not at all. */
function foreignBrowser({ browser }: ScenarioCase): Finding[] {
  if (browser?.channel !== 'firefox' || browser.stack === 'native') return [];
  const message = 'our WebAuthn client sits behind pages of Chromium; channel firefox wants stack: native';
  return [{ path: ['browser', 'channel'], kind: 'wrong', message }];
}

type Names = Pick<Vocabulary, 'dialogs' | 'defects'>;

/** Names that the schema cannot list because other rooms own them. */
function unknownNames(body: SourceNode, personas: Vocabulary['personas'], { dialogs, defects }: Names): Finding[] {
  const known = (what: string, path: Path, names: readonly string[] | undefined): Finding[] => {
    const name = nodeAt(body, path);
    if (names === undefined || name?.kind !== 'scalar' || typeof name.value !== 'string' || names.includes(name.value))
      return [];
    return [{ path, kind: 'wrong', message: `unknown ${what} "${name.value}"`, hint: hintFor(name.value, names) }];
  };
  const models = Object.keys(personas);
  const faults = nodeAt(body, ['authenticator', 'defects']);
  return [
    ...known('persona', ['authenticator', 'persona'], models),
    ...known('persona', ['this-device', 'persona'], models),
    ...known('dialog', ['browser', 'dialog'], dialogs),
    ...(faults?.kind === 'list'
      ? faults.items.flatMap((_, index) => known('defect', ['authenticator', 'defects', index], defects))
      : []),
  ];
}
