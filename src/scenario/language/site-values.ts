/**
 * References in site files. `${secret:NAME}` and `${env:NAME}` are resolved when the file is read. In steps, values such as
 * `${user.name}` and `${name}` are inserted when the step runs. `$${` is a literal `${`.
 */
import { type Diagnostic, diagnostic } from './diagnostics.ts';
import { type Environment, lookUpEnvironment } from './environment.ts';
import { parseTextPattern } from './schema/locator.ts';
import { listNode, type MapEntry, mapNode, type Path, type Place, type SourceNode, scalarNode } from './source-node.ts';
import { hintFor } from './suggest.ts';

const reference = /\$\$\{|\$\{([^{}]*)\}|\$\{/g;

/** Returns the values that may be used at a path of the file; undefined where steps and hooks do not run. */
export type ValuesAt = (path: Path) => readonly string[] | undefined;

export interface ResolvedSite {
  root: SourceNode;
  diagnostics: Diagnostic[];
  /** Values of `${secret:NAME}`. */
  secrets: Set<string>;
  /** Returns true if the value at a path could not be resolved. Other errors about it then follow from that. */
  isIncomplete(path: Path): boolean;
}

/** Resolves the references to the environment, and checks all others. */
export function resolveSite(root: SourceNode, env: Environment | undefined, valuesAt: ValuesAt): ResolvedSite {
  const resolver = new SiteResolver(env, valuesAt);
  const resolved = resolver.resolve(root, []);
  return {
    root: resolved,
    diagnostics: resolver.diagnostics,
    secrets: resolver.secrets,
    isIncomplete: (path) => resolver.incomplete.has(JSON.stringify(path)),
  };
}

class SiteResolver {
  readonly diagnostics: Diagnostic[] = [];
  readonly secrets = new Set<string>();
  /** Paths of values with errors, as JSON. */
  readonly incomplete = new Set<string>();
  readonly #env: Environment | undefined;
  readonly #valuesAt: ValuesAt;

  constructor(env: Environment | undefined, valuesAt: ValuesAt) {
    this.#env = env;
    this.#valuesAt = valuesAt;
  }

  resolve(node: SourceNode, path: Path): SourceNode {
    if (node.kind === 'list')
      return listNode(
        node.items.map((item, index) => this.resolve(item, [...path, index])),
        node.at,
      );
    if (node.kind === 'map') {
      const entries = [...node.entries].map(([key, entry]): [string, MapEntry] => [
        key,
        { key: entry.key, value: this.resolve(entry.value, [...path, key]) },
      ]);
      return mapNode(new Map(entries), node.at);
    }
    if (typeof node.value !== 'string' || !node.value.includes('${')) return node;
    const errors = this.diagnostics.length;
    const text = this.#resolveText(node.value, node.at, this.#valuesAt(path));
    if (this.diagnostics.length > errors) this.incomplete.add(JSON.stringify(path));
    return scalarNode(text, node.at);
  }

  #resolveText(text: string, at: Place, values: readonly string[] | undefined): string {
    return text.replace(reference, (match, name: string | undefined) => {
      if (match === '$${') return values ? match : '${';
      if (name === undefined) {
        this.diagnostics.push(diagnostic(at, 'Expected "}" at the end of the reference', 'Write $${ for a literal ${'));
        return match;
      }
      const found = lookUpEnvironment(name, this.#env);
      if (found === undefined) return this.#checkValue(name, at, values) ?? match;
      if ('problem' in found) {
        this.diagnostics.push(diagnostic(at, found.problem, found.hint));
        return '';
      }
      if (found.isSecret) this.secrets.add(found.value);
      return values ? found.value.replaceAll('${', () => '$${') : found.value;
    });
  }

  /** Reports a value that cannot be used here. */
  #checkValue(name: string, at: Place, values: readonly string[] | undefined): undefined {
    if (values?.includes(name) || (values && /^read\.[a-z][a-z0-9-]*$/.test(name))) return;
    const allowed = values ?? ['secret:NAME', 'env:NAME'];
    this.diagnostics.push(diagnostic(at, `Unknown value "\${${name}}"`, hintFor(name, allowed)));
  }
}

/**
 * Inserts values into all texts of `args`. In a regular expression they are inserted literally.
 * @throws what `lookUp` throws for a name without a value.
 */
export function insertValues<Args>(args: Args, lookUp: (name: string) => string): Args {
  if (typeof args === 'string') return insertInto(args, lookUp) as Args;
  if (Array.isArray(args)) return args.map((item) => insertValues(item, lookUp)) as Args;
  if (typeof args !== 'object' || args === null) return args;
  return Object.fromEntries(Object.entries(args).map(([key, value]) => [key, insertValues(value, lookUp)])) as Args;
}

/** Returns the names of the values that `args` uses, each once. */
export function valuesUsedIn(args: unknown): string[] {
  const names = new Set<string>();
  insertValues(args, (name) => {
    names.add(name);
    return '';
  });
  return [...names];
}

function insertInto(text: string, lookUp: (name: string) => string): string {
  if (!text.includes('${')) return text;
  const isPattern = parseTextPattern(text) !== undefined;
  return text.replace(reference, (match, name: string | undefined) => {
    if (match === '$${') return '${';
    const value = lookUp(name ?? '');
    return isPattern ? value.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&') : value;
  });
}
