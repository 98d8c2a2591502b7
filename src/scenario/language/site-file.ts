/** Reads the text of a site file: parses, resolves and validates it, and reports every error at its location. */
import { check, locate } from './check.ts';
import { checkSite } from './check-site.ts';
import { type Diagnostic, diagnostic } from './diagnostics.ts';
import type { Environment } from './environment.ts';
import { scenarioFile } from './schema.ts';
import { buildSiteDefinition, type SiteDefinition } from './site-definition.ts';
import { siteFile } from './site-schema.ts';
import { resolveSite } from './site-values.ts';
import { allSiteWords, commonValues, siteWords } from './site-words.ts';
import { type MapNode, nodeAt, type Path, toPlainValue } from './source-node.ts';
import { readYaml } from './yaml-source.ts';

export interface ReadSite {
  /** Undefined if there are errors. */
  site: SiteDefinition | undefined;
  diagnostics: Diagnostic[];
}

/** Returns true for a file with more keys of site files than of scenario files. The key `id` is one of both. */
export function isSiteFile({ entries }: MapNode): boolean {
  const keys = [...entries.keys()].filter((key) => key !== 'id');
  const countOf = (shape: object) => keys.filter((key) => Object.hasOwn(shape, key)).length;
  return countOf(siteFile.shape) > countOf(scenarioFile.shape);
}

/** Reads `text`; `file` is its name in diagnostics. Without `env`, secrets are placeholders. */
export function readSite(text: string, file: string, env: Environment | undefined): ReadSite {
  const { root, diagnostics } = readYaml(text, file);
  if (root === undefined || diagnostics.length > 0) return { site: undefined, diagnostics };
  if (root.kind === 'map') return readSiteNode(root, env);
  const got = root.kind === 'list' ? 'a list' : 'one value';
  return { site: undefined, diagnostics: [diagnostic(root.at, `Expected a map in a site file, got ${got}`)] };
}

function readSiteNode(node: MapNode, env: Environment | undefined): ReadSite {
  const resolved = resolveSite(node, env, valuesIn(node));
  const checked = check(siteFile, resolved.root);
  const findings = checked.ok ? checkSite(checked.value, resolved.root) : checked.findings;
  const others = findings.filter(({ path }) => !resolved.isIncomplete(path));
  const diagnostics = [...resolved.diagnostics, ...others.map((finding) => locate(finding, resolved.root))];
  if (!checked.ok || diagnostics.length > 0) return { site: undefined, diagnostics };
  return { site: buildSiteDefinition(checked.value, resolved.root, resolved.secrets), diagnostics };
}

/** Returns the values that each part of the file may use. */
function valuesIn(root: MapNode): (path: Path) => readonly string[] | undefined {
  const provided = toPlainValue(nodeAt(root, ['before', 'provides']) ?? root);
  const own = Array.isArray(provided) ? provided.map((name) => `user.${name}`) : [];
  const common = [...new Set([...commonValues, ...own])];
  const ofAllWords = [...new Set(allSiteWords.flatMap((word) => siteWords[word].values))];
  return ([section, name, choice]) => {
    if (section === 'before' || section === 'after') return common;
    if (section === 'sequences') return [...ofAllWords, ...common];
    if (section !== 'flow') return undefined;
    const word = allSiteWords.find((one) => one === name || one === `${String(name)}.${String(choice)}`);
    return word ? [...siteWords[word].values, ...common] : [...ofAllWords, ...common];
  };
}
