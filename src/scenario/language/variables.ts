/**
 * References in values: `${vars.x}`, `${case.x}`, `${persona.aaguid}`, `${this-device.aaguid}`, `${run.index}`, and those to the
 * environment: `${secret:NAME}`, `${env:NAME}`, `${env:NAME:-default}`. A value that consists of one reference is replaced by the value it refers to, with its
 * type. A list item that refers to a list is replaced by the items of that list. `$${` is a literal `${`.
 */
import { type Diagnostic, diagnostic } from './diagnostics.ts';
import { type Environment, type EnvironmentValue, lookUpEnvironment } from './environment.ts';
import {
  listNode,
  type MapEntry,
  type MapNode,
  mapNode,
  maxSize,
  nodeAt,
  type Place,
  type Scalar,
  type ScalarNode,
  type SourceNode,
  scalarNode,
  someNode,
  toPlainValue,
} from './source-node.ts';
import { hintFor } from './suggest.ts';

const reference = /\$\$\{|\$\{([^{}]*)\}|\$\{/g;
const wholeReference = /^\$\{([^{}]*)\}$/;
const maxTextLength = 10_000;
const maxChain = 30;
/** How many values all references of a case may insert together. */
const maxInserted = 10 * maxSize;

/** Facts about a persona, the values of `${persona.<key>}`. */
export type PersonaFacts = Readonly<Record<string, Scalar>>;

export interface Scope {
  /** The merged case, which has `vars` and the personas. */
  body: MapNode;
  /** The variables of the case itself, for `${case.x}`. */
  caseVars: MapNode | undefined;
  personas: Readonly<Record<string, PersonaFacts>>;
  /** Returns the facts about the real key that `authenticator.device` selects, if it selects one. */
  keyFacts?: (device: unknown) => PersonaFacts | undefined;
  run: PersonaFacts;
  /** Absent for listing and validating: secrets are then placeholders. */
  env: Environment | undefined;
}

export const containsReference = (node: SourceNode): boolean =>
  someNode(node, (one) => one.kind === 'scalar' && typeof one.value === 'string' && one.value.includes('${'));

/** Resolves the references of one case. Errors are collected in `diagnostics`; a value with an error becomes null. Never throws. */
export class Resolver {
  readonly diagnostics: Diagnostic[] = [];
  /** Values of the secrets that the case uses, for masking. */
  readonly secrets = new Set<string>();
  readonly #scope: Scope;
  readonly #known = new Map<string, SourceNode | undefined>();
  readonly #chain: string[] = [];
  readonly #unresolved = new Set<SourceNode>();
  /** Errors that were reported already, because a value may be resolved several times. */
  readonly #reported = new Set<string>();
  readonly #personas = new Map<'persona' | 'this-device', PersonaFacts | undefined>();
  #inserted = 0;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  /** Number of values that references have inserted. */
  get inserted(): number {
    return this.#inserted;
  }

  resolve(node: SourceNode): SourceNode {
    const resolved = this.#resolve(node);
    if (resolved.size <= maxSize && this.#inserted <= maxInserted) return resolved;
    return this.#error(node.at, `The case has more than ${maxSize} values: check whether its references multiply`);
  }

  /** Returns true if a part of `node` could not be resolved. Other errors about `node` then follow from that. */
  isIncomplete(node: SourceNode): boolean {
    return this.#unresolved.size > 0 && someNode(node, (one) => this.#unresolved.has(one));
  }

  #resolve(node: SourceNode): SourceNode {
    if (node.kind === 'scalar') return this.#resolveScalar(node);
    if (node.kind === 'list')
      return listNode(
        node.items.flatMap((item) => this.#resolveItem(item)),
        node.at,
      );
    const entries = new Map<string, MapEntry>();
    for (const [key, entry] of node.entries) entries.set(key, { key: entry.key, value: this.#resolve(entry.value) });
    return mapNode(entries, node.at);
  }

  #resolveItem(item: SourceNode): readonly SourceNode[] {
    const resolved = this.#resolve(item);
    return resolved.kind === 'list' && item.kind === 'scalar' ? resolved.items : [resolved];
  }

  #resolveScalar(node: ScalarNode): SourceNode {
    if (typeof node.value !== 'string' || !node.value.includes('${')) return node;
    const whole = wholeReference.exec(node.value);
    return whole ? this.#lookUp(whole[1] ?? '', node.at) : this.#interpolate(node.value, node.at);
  }

  #interpolate(text: string, at: Place): SourceNode {
    const parts = [...text.matchAll(reference)].map(([match, name]) => {
      if (match === '$${') return scalarNode('${', at);
      if (name !== undefined) return this.#resolveInText(name, at);
      return this.#error(at, 'Expected "}" at the end of the reference', 'Write $${ for a literal ${');
    });
    if (parts.some((part) => this.#unresolved.has(part))) return this.#placeholder(at);
    let index = 0;
    const result = text.replace(reference, () => String(parts[index++]?.value ?? ''));
    if (result.length <= maxTextLength) return scalarNode(result, at);
    return this.#error(at, `The text is longer than ${maxTextLength} characters`);
  }

  #resolveInText(name: string, at: Place): ScalarNode {
    const value = this.#lookUp(name, at);
    if (value.kind === 'scalar') return value;
    return this.#error(at, `Cannot insert "\${${name}}" into a text: it is a ${value.kind}`);
  }

  #lookUp(name: string, at: Place): SourceNode {
    const found = lookUpEnvironment(name, this.#scope.env);
    if (found) return this.#insertFromEnvironment(found, at);
    if (this.#chain.includes(name))
      return this.#error(at, `The reference "\${${name}}" refers to itself`, [...this.#chain, name].join(' -> '));
    if (this.#chain.length >= maxChain) return this.#error(at, `References are nested more than ${maxChain} deep`);
    this.#chain.push(name);
    const target = this.#known.has(name) ? this.#known.get(name) : this.#findTarget(name, at);
    this.#chain.pop();
    this.#known.set(name, target);
    if (target === undefined) return this.#error(at, `Unknown variable "\${${name}}"`, this.#createHint(name));
    this.#inserted += target.size;
    if (this.#inserted > maxInserted) return this.#placeholder(at);
    return target;
  }

  #findTarget(name: string, at: Place): SourceNode | undefined {
    const [namespace = '', ...path] = name.split('.');
    if (path.length === 0) return undefined;
    if (namespace === 'run' || namespace === 'persona' || namespace === 'this-device') {
      const facts = this.#findFacts(namespace);
      const key = path.join('.');
      const fact = facts && Object.hasOwn(facts, key) ? facts[key] : undefined;
      return fact === undefined ? undefined : scalarNode(fact, at);
    }
    const vars = this.#findVars(namespace);
    const value = vars && nodeAt(vars, path);
    return value && this.#resolve(value);
  }

  #findVars(namespace: string): SourceNode | undefined {
    if (namespace === 'case') return this.#scope.caseVars;
    return namespace === 'vars' ? nodeAt(this.#scope.body, ['vars']) : undefined;
  }

  #findFacts(namespace: 'run' | 'persona' | 'this-device'): PersonaFacts | undefined {
    if (namespace === 'run') return this.#scope.run;
    // Looked up once. Undefined during the lookup, because the hint for an error in the name of the persona asks for the persona.
    if (!this.#personas.has(namespace)) {
      this.#personas.set(namespace, undefined);
      this.#personas.set(namespace, this.#findPersonaFacts(namespace));
    }
    return this.#personas.get(namespace);
  }

  #findPersonaFacts(namespace: 'persona' | 'this-device'): PersonaFacts | undefined {
    const { body, personas, keyFacts } = this.#scope;
    const device = namespace === 'persona' && nodeAt(body, ['authenticator', 'device']);
    const factsOfKey = device && keyFacts?.(toPlainValue(this.#resolve(device)));
    if (factsOfKey) return factsOfKey;
    const reference = nodeAt(body, [namespace === 'persona' ? 'authenticator' : 'this-device', 'persona']);
    const persona = reference && this.#resolve(reference);
    if (persona?.kind !== 'scalar' || typeof persona.value !== 'string') return undefined;
    return Object.hasOwn(personas, persona.value) ? personas[persona.value] : undefined;
  }

  #insertFromEnvironment(found: EnvironmentValue, at: Place): SourceNode {
    if ('problem' in found) return this.#error(at, found.problem, found.hint);
    if (found.isSecret) this.secrets.add(found.value);
    return scalarNode(found.value, at);
  }

  #createHint(name: string): string | undefined {
    const { caseVars, run } = this.#scope;
    if (
      /^(persona|this-device)\./.test(name) &&
      this.#findFacts(name.startsWith('persona') ? 'persona' : 'this-device') === undefined
    )
      return 'This case has no known persona';
    const keys = (prefix: string, names: Iterable<string>) => [...names].map((key) => `${prefix}.${key}`);
    const vars = nodeAt(this.#scope.body, ['vars']);
    return hintFor(name, [
      ...(vars?.kind === 'map' ? keys('vars', vars.entries.keys()) : []),
      ...(caseVars ? keys('case', caseVars.entries.keys()) : []),
      ...keys('persona', Object.keys(this.#findFacts('persona') ?? {})),
      ...keys('run', Object.keys(run)),
    ]);
  }

  #error(at: Place, message: string, hint?: string): ScalarNode {
    const error = diagnostic(at, message, hint);
    const key = JSON.stringify(error);
    if (!this.#reported.has(key)) this.diagnostics.push(error);
    this.#reported.add(key);
    return this.#placeholder(at);
  }

  /** Creates a node for a value that could not be resolved; its error is reported. */
  #placeholder(at: Place): ScalarNode {
    const node = scalarNode(null, at);
    this.#unresolved.add(node);
    return node;
  }
}
