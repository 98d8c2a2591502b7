/**
 * References in values: `${vars.x}`, `${case.x}`, `${persona.aaguid}`, `${this-device.aaguid}`, `${run.index}`,
 * `${secret:NAME}` and `${secret:NAME:-default}`. A value that is nothing but a reference becomes what it refers to,
 * with its type; a list item that refers to a list is replaced by the items of that list. `$${` stands for `${`.
 */
import { type Diagnostic, diagnostic } from './diagnostics.ts';
import {
  listNode,
  type MapEntry,
  type MapNode,
  mapNode,
  maxSize,
  nodeAt,
  type Place,
  plain,
  type Scalar,
  type ScalarNode,
  type SourceNode,
  scalarNode,
  someNode,
} from './source-node.ts';
import { hintFor, nearest } from './suggest.ts';

const reference = /\$\$\{|\$\{([^{}]*)\}|\$\{/g;
const wholeReference = /^\$\{([^{}]*)\}$/;
const secretName = /^secret:([A-Za-z_]\w*)(?::-(.*))?$/s;
const maxTextLength = 10_000;
const maxChain = 30;
/** Values that all references of a case may stand for together. */
const maxSpent = 10 * maxSize;

export type Environment = Readonly<Record<string, string | undefined>>;
/** What is known of a persona without its emulator: `${persona.<key>}`. */
export type PersonaFacts = Readonly<Record<string, Scalar>>;

export interface Scope {
  /** The merged case: `vars` and the personas are looked up here. */
  body: MapNode;
  /** The variables that the case itself has, for `${case.x}`. */
  caseVars: MapNode | undefined;
  personas: Readonly<Record<string, PersonaFacts>>;
  /** What is known of the real key that `authenticator.device` names, if it names one that is known. */
  keyFacts?: (device: unknown) => PersonaFacts | undefined;
  run: PersonaFacts;
  /** Absent where nothing is run: secrets are then placeholders. */
  env: Environment | undefined;
}

export const containsReference = (node: SourceNode): boolean =>
  someNode(node, (one) => one.kind === 'scalar' && typeof one.value === 'string' && one.value.includes('${'));

/** Resolves the references of one case. Mistakes are collected, the value becomes null; nothing is thrown. */
export class Resolver {
  readonly diagnostics: Diagnostic[] = [];
  /** Values of the secrets that were used, for masking. */
  readonly secrets = new Set<string>();
  readonly #scope: Scope;
  readonly #known = new Map<string, SourceNode | undefined>();
  readonly #chain: string[] = [];
  readonly #unresolved = new Set<SourceNode>();
  /** What is resolved for several reasons has its mistake once. */
  readonly #told = new Set<string>();
  readonly #personas = new Map<'persona' | 'this-device', PersonaFacts | undefined>();
  #spent = 0;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  resolve(node: SourceNode): SourceNode {
    const resolved = this.#resolve(node);
    if (resolved.size <= maxSize && this.#spent <= maxSpent) return resolved;
    return this.#mistake(node.at, `the case stands for more than ${maxSize} values; do its references multiply?`);
  }

  /** True when a mistake left a hole in `node`: whatever else is wrong with it follows from that. */
  isIncomplete(node: SourceNode): boolean {
    return this.#unresolved.size > 0 && someNode(node, (one) => this.#unresolved.has(one));
  }

  #resolve(node: SourceNode): SourceNode {
    if (node.kind === 'scalar') return this.#scalar(node);
    if (node.kind === 'list')
      return listNode(
        node.items.flatMap((item) => this.#items(item)),
        node.at,
      );
    const entries = new Map<string, MapEntry>();
    for (const [key, entry] of node.entries) entries.set(key, { key: entry.key, value: this.#resolve(entry.value) });
    return mapNode(entries, node.at);
  }

  #items(item: SourceNode): readonly SourceNode[] {
    const resolved = this.#resolve(item);
    return resolved.kind === 'list' && item.kind === 'scalar' ? resolved.items : [resolved];
  }

  #scalar(node: ScalarNode): SourceNode {
    if (typeof node.value !== 'string' || !node.value.includes('${')) return node;
    const whole = wholeReference.exec(node.value);
    return whole ? this.#lookUp(whole[1]!, node.at) : this.#interpolate(node.value, node.at);
  }

  #interpolate(text: string, at: Place): SourceNode {
    const parts = [...text.matchAll(reference)].map(([found, name]) => {
      if (found === '$${') return scalarNode('${', at);
      if (name !== undefined) return this.#inText(name, at);
      return this.#mistake(
        at,
        'a reference is not closed by "}"',
        'a plain dollar sign before a brace is written twice',
      );
    });
    if (parts.some((part) => this.#unresolved.has(part))) return this.#hole(at);
    let index = 0;
    const result = text.replace(reference, () => String(parts[index++]!.value ?? ''));
    if (result.length <= maxTextLength) return scalarNode(result, at);
    return this.#mistake(at, `the text becomes longer than ${maxTextLength} characters`);
  }

  #inText(name: string, at: Place): ScalarNode {
    const value = this.#lookUp(name, at);
    if (value.kind === 'scalar') return value;
    return this.#mistake(at, `"\${${name}}" is a ${value.kind} and cannot stand inside of text`);
  }

  #lookUp(name: string, at: Place): SourceNode {
    const secret = secretName.exec(name);
    if (secret) return this.#secret(secret[1]!, secret[2], at);
    if (this.#chain.includes(name))
      return this.#mistake(at, `"\${${name}}" refers to itself`, [...this.#chain, name].join(' -> '));
    if (this.#chain.length >= maxChain)
      return this.#mistake(at, `references refer to references more than ${maxChain} deep`);
    this.#chain.push(name);
    const target = this.#known.has(name) ? this.#known.get(name) : this.#target(name, at);
    this.#chain.pop();
    this.#known.set(name, target);
    if (target === undefined) return this.#mistake(at, `unknown variable "\${${name}}"`, this.#hint(name));
    this.#spent += target.size;
    if (this.#spent > maxSpent) return this.#hole(at);
    return target;
  }

  #target(name: string, at: Place): SourceNode | undefined {
    const [namespace = '', ...path] = name.split('.');
    if (path.length === 0) return undefined;
    if (namespace === 'run' || namespace === 'persona' || namespace === 'this-device') {
      const facts = this.#facts(namespace);
      const key = path.join('.');
      return facts && Object.hasOwn(facts, key) ? scalarNode(facts[key]!, at) : undefined;
    }
    const vars = this.#vars(namespace);
    const found = vars && nodeAt(vars, path);
    return found && this.#resolve(found);
  }

  #vars(namespace: string): SourceNode | undefined {
    if (namespace === 'case') return this.#scope.caseVars;
    return namespace === 'vars' ? nodeAt(this.#scope.body, ['vars']) : undefined;
  }

  #facts(namespace: 'run' | 'persona' | 'this-device'): PersonaFacts | undefined {
    if (namespace === 'run') return this.#scope.run;
    // Looked up once, and unknown meanwhile: a mistake in the persona's name asks for a hint, and the hint for the persona.
    if (!this.#personas.has(namespace)) {
      this.#personas.set(namespace, undefined);
      this.#personas.set(namespace, this.#personaFacts(namespace));
    }
    return this.#personas.get(namespace);
  }

  #personaFacts(namespace: 'persona' | 'this-device'): PersonaFacts | undefined {
    const { body, personas, keyFacts } = this.#scope;
    const device = namespace === 'persona' && nodeAt(body, ['authenticator', 'device']);
    const ofKey = device && keyFacts?.(plain(this.#resolve(device)));
    if (ofKey) return ofKey;
    const named = nodeAt(body, [namespace === 'persona' ? 'authenticator' : 'this-device', 'persona']);
    const persona = named && this.#resolve(named);
    if (persona?.kind !== 'scalar' || typeof persona.value !== 'string') return undefined;
    return Object.hasOwn(personas, persona.value) ? personas[persona.value] : undefined;
  }

  #secret(name: string, fallback: string | undefined, at: Place): SourceNode {
    const { env } = this.#scope;
    if (env === undefined) return scalarNode(fallback ?? `(secret ${name})`, at);
    const value = env[name] || fallback;
    if (value === undefined) {
      const similar = nearest(name, Object.keys(env).toSorted());
      return this.#mistake(
        at,
        `the environment does not set ${name}`,
        similar && similar !== name ? `it sets ${similar}` : undefined,
      );
    }
    this.secrets.add(value);
    return scalarNode(value, at);
  }

  #hint(name: string): string | undefined {
    const { caseVars, run } = this.#scope;
    if (
      /^(persona|this-device)\./.test(name) &&
      this.#facts(name.startsWith('persona') ? 'persona' : 'this-device') === undefined
    )
      return 'this case has no persona that is known';
    const keys = (prefix: string, names: Iterable<string>) => [...names].map((key) => `${prefix}.${key}`);
    const vars = nodeAt(this.#scope.body, ['vars']);
    return hintFor(name, [
      ...(vars?.kind === 'map' ? keys('vars', vars.entries.keys()) : []),
      ...(caseVars ? keys('case', caseVars.entries.keys()) : []),
      ...keys('persona', Object.keys(this.#facts('persona') ?? {})),
      ...keys('run', Object.keys(run)),
    ]);
  }

  #mistake(at: Place, message: string, hint?: string): ScalarNode {
    const mistake = diagnostic(at, message, hint);
    const key = JSON.stringify(mistake);
    if (!this.#told.has(key)) this.diagnostics.push(mistake);
    this.#told.add(key);
    return this.#hole(at);
  }

  /** Stands where a value is missing because of a mistake that was told. */
  #hole(at: Place): ScalarNode {
    const node = scalarNode(null, at);
    this.#unresolved.add(node);
    return node;
  }
}
