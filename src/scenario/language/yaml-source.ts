/**
 * Parses YAML 1.2 into source nodes with the `yaml` package. Never throws: syntax errors, duplicate keys, several documents, and input that
 * is too large, too deep or has aliases that multiply give diagnostics.
 */
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLMap,
} from 'yaml';
import { type Diagnostic, diagnostic } from './diagnostics.ts';
import { listNode, type MapEntry, mapNode, maxSize, type Place, type SourceNode, scalarNode } from './source-node.ts';

/** The parser needs quadratic time for some malformed texts; at this size, less than a second. */
const maxCharacters = 64 * 1024;
const maxDepth = 40;
const maxDiagnostics = 50;
const maxIndent = 160;
/** Blocks nest by indentation, or by several indicators in one line. */
const widestIndent = new RegExp(`^[ \\-?:]{${maxIndent + 1}}`, 'm');

export interface YamlSource {
  /** Undefined if the text cannot be parsed at all. */
  root: SourceNode | undefined;
  diagnostics: Diagnostic[];
}

/** Parses `text`; `file` is its name in diagnostics. */
export function readYaml(text: string, file: string): YamlSource {
  const start: Place = { file, line: 1, column: 1 };
  const unreadable = (message: string): YamlSource => ({ root: undefined, diagnostics: [diagnostic(start, message)] });
  if (text.length > maxCharacters) return unreadable(`The file has more than ${maxCharacters / 1024} Ki characters`);
  if (deepestBracket(text) > maxDepth) return unreadable(`Brackets are nested more than ${maxDepth} deep`);
  if (widestIndent.test(text)) return unreadable(`A line is indented by more than ${maxIndent} columns`);
  const lineCounter = new LineCounter();
  const { root, diagnostics } = new Converter(file, lineCounter).convert(parse(text, lineCounter));
  return { root, diagnostics: limit(diagnostics) };
}

/** Limits the diagnostics, because one missing quote can make every line after it an error. */
function limit(diagnostics: Diagnostic[]): Diagnostic[] {
  const next = diagnostics[maxDiagnostics];
  if (next === undefined) return diagnostics;
  const rest = diagnostic(next, `${diagnostics.length - maxDiagnostics} more errors follow`);
  return [...diagnostics.slice(0, maxDiagnostics), rest];
}

type SyntaxError = Document.Parsed['errors'][number] | Document.Parsed['warnings'][number];

/** Returns the errors without those that follow from a tab in the indentation. */
function causesOf(errors: readonly SyntaxError[]): readonly SyntaxError[] {
  const tabs = errors.filter(({ code }) => code === 'TAB_AS_INDENT');
  return tabs.length > 0 ? tabs : errors;
}

/** Messages of the parser that say what it does, and what the author of the file has to know instead. */
const explanations: readonly (readonly [RegExp, string])[] = [
  [/multiple documents/, 'Expected one document in the file, found another one after ---'],
  [/^With stringKeys/, 'Expected text as a key'],
  [/^Implicit map keys need to be followed/, 'Expected a colon and a value after the key'],
  [/^Implicit keys need to be on a single line/, 'Expected a key in one line, with a colon after it'],
  [
    /^Nested mappings are not allowed in compact|^Block collections are not allowed within flow/,
    'Expected one value; a text that contains a colon and a space has to be in quotes',
  ],
];

const explain = (message: string): string => explanations.find(([found]) => found.test(message))?.[1] ?? message;

const parse = (text: string, lineCounter: LineCounter): Document.Parsed =>
  parseDocument(text, { lineCounter, prettyErrors: false, uniqueKeys: false, stringKeys: true, logLevel: 'error' });

/** Returns the maximum nesting of brackets, including those in text. The parser is recursive, and must not overflow the stack. */
function deepestBracket(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const character of text) {
    if (character === '[' || character === '{') deepest = Math.max(deepest, ++depth);
    else if (character === ']' || character === '}') depth = Math.max(0, depth - 1);
  }
  return deepest;
}

class Converter {
  readonly #file: string;
  readonly #lines: LineCounter;
  readonly #anchors = new Map<string, SourceNode>();
  readonly #diagnostics: Diagnostic[] = [];

  constructor(file: string, lines: LineCounter) {
    this.#file = file;
    this.#lines = lines;
  }

  convert(document: Document.Parsed): YamlSource {
    for (const { pos, message } of causesOf([...document.errors, ...document.warnings]))
      this.#report(this.#placeOf(pos[0], pos[1]), explain(message));
    if (document.directives.yaml.version !== '1.2')
      this.#report(this.#placeOf(0), 'Expected YAML 1.2: remove the %YAML directive');
    if (this.#diagnostics.length > 0) return { root: undefined, diagnostics: this.#diagnostics };
    if (document.contents === null) {
      this.#report(this.#placeOf(0), 'The file is empty');
      return { root: undefined, diagnostics: this.#diagnostics };
    }
    const root = this.#convertNode(document.contents, 0);
    if (root.size > maxSize) {
      this.#report(root.at, `The file has more than ${maxSize} values: check whether its aliases multiply`);
      return { root: undefined, diagnostics: this.#diagnostics };
    }
    return { root, diagnostics: this.#diagnostics };
  }

  #convertNode(node: Node, depth: number): SourceNode {
    const converted = this.#convertValue(node, depth);
    if (!isAlias(node) && 'anchor' in node && typeof node.anchor === 'string')
      this.#anchors.set(node.anchor, converted);
    return converted;
  }

  #convertValue(node: Node, depth: number): SourceNode {
    const [from = 0, to = from] = node.range ?? [];
    const at = this.#placeOf(from, to);
    if (depth > maxDepth) {
      this.#report(at, `Values are nested more than ${maxDepth} deep`);
      return scalarNode(null, at);
    }
    if (isMap(node)) return mapNode(this.#convertEntries(node, depth), at);
    if (isSeq(node))
      return listNode(
        node.items.map((item) => this.#convertItem(item, at, depth)),
        at,
      );
    if (isAlias(node)) return this.#resolveAlias(node.source, at);
    if (isScalar(node)) return this.#convertScalar(node.value, at);
    return scalarNode(null, at);
  }

  #convertItem(item: unknown, listAt: Place, depth: number): SourceNode {
    return isMap(item) || isSeq(item) || isAlias(item) || isScalar(item)
      ? this.#convertNode(item, depth + 1)
      : scalarNode(null, listAt);
  }

  #convertEntries(map: YAMLMap<unknown, unknown>, depth: number): Map<string, MapEntry> {
    const entries = new Map<string, MapEntry>();
    for (const { key, value } of map.items) {
      if (!isScalar(key)) continue; // reported by the parser: stringKeys
      const [from = 0, to = from] = key.range ?? [];
      const place = this.#placeOf(from, to);
      const name = String(key.value);
      const earlier = entries.get(name);
      if (earlier) this.#report(place, `Duplicate key "${name}"`, `First used in line ${earlier.key.line}`);
      else entries.set(name, { key: place, value: this.#convertItem(value, place, depth) });
    }
    return entries;
  }

  #resolveAlias(anchor: string, at: Place): SourceNode {
    const target = this.#anchors.get(anchor);
    if (target === undefined) this.#report(at, `Alias *${anchor} has no anchor &${anchor} before it`);
    return target ?? scalarNode(null, at);
  }

  #convertScalar(value: unknown, at: Place): SourceNode {
    if (typeof value === 'string' || typeof value === 'boolean' || value === null) return scalarNode(value, at);
    if (typeof value === 'number' && Number.isFinite(value)) return scalarNode(value, at);
    this.#report(at, 'Expected text, a finite number, true, false or null');
    return scalarNode(null, at);
  }

  #placeOf(from: number, to = from): Place {
    const { line, col } = this.#lines.linePos(from);
    const end = this.#lines.linePos(to);
    const at = { file: this.#file, line: Math.max(1, line), column: Math.max(1, col) };
    return to > from && end.line === line ? { ...at, endColumn: end.col } : at;
  }

  #report(at: Place, message: string, hint?: string): void {
    this.#diagnostics.push(diagnostic(at, message, hint));
  }
}
