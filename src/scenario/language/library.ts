/** Reads scenario files and the files that they include, each once. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { replaceDeprecated } from './deprecations.ts';
import { type Diagnostic, diagnostic } from './diagnostics.ts';
import { type MapNode, nodeAt, type Place, type SourceNode } from './source-node.ts';
import { readYaml } from './yaml-source.ts';

export interface SourceFile {
  /** Path relative to the project, with `/`. Diagnostics use it. */
  file: string;
  /** Undefined if the file cannot be read; the diagnostics of the library say why. */
  root: MapNode | undefined;
  /** Included files in order; undefined if one of them cannot be read, or if the includes form a cycle. */
  includes: readonly SourceFile[] | undefined;
}

export class Library {
  readonly diagnostics: Diagnostic[] = [];
  /** Deprecated keys. */
  readonly warnings: Diagnostic[] = [];
  /** Text of every file that was read, by its name in diagnostics. */
  readonly sources = new Map<string, string>();
  /** Absolute paths of files that others include. */
  readonly included = new Set<string>();
  readonly #projectRoot: string;
  readonly #files = new Map<string, SourceFile>();
  readonly #reading: string[] = [];

  constructor(projectRoot: string) {
    this.#projectRoot = resolve(projectRoot);
  }

  /** Every file that was read, also included ones. */
  get files(): readonly SourceFile[] {
    return [...this.#files.values()];
  }

  /** Returns the YAML files at `paths` (files or folders), sorted, each once. A path that does not exist becomes a diagnostic. */
  find(paths: readonly string[]): string[] {
    const found = paths.flatMap((path) => {
      const absolute = resolve(this.#projectRoot, path);
      const stats = statSync(absolute, { throwIfNoEntry: false });
      if (stats?.isDirectory()) return yamlFilesIn(absolute);
      if (stats?.isFile()) return [absolute];
      this.diagnostics.push(diagnostic({ file: this.#nameOf(absolute), line: 1, column: 1 }, 'No such file or folder'));
      return [];
    });
    return [...new Set(found)].toSorted();
  }

  /** @param absolute path of the file. @param from location of the include, for diagnostics. */
  read(absolute: string, from?: Place): SourceFile {
    const known = this.#files.get(absolute);
    if (known) return known;
    const file = this.#nameOf(absolute);
    const root = this.#parse(absolute, file, from);
    this.#reading.push(absolute);
    const read = { file, root, includes: root && this.#readIncludes(root, dirname(absolute)) };
    this.#reading.pop();
    this.#files.set(absolute, read);
    return read;
  }

  #parse(absolute: string, file: string, from: Place | undefined): MapNode | undefined {
    const start: Place = { file, line: 1, column: 1 };
    const text = readText(absolute);
    if (text === undefined) {
      this.diagnostics.push(diagnostic(from ?? start, `Cannot read ${file}`));
      return undefined;
    }
    this.sources.set(file, text);
    const { root, diagnostics } = readYaml(text, file);
    this.diagnostics.push(...diagnostics);
    if (root === undefined || diagnostics.length > 0) return undefined;
    if (root.kind === 'map') return this.#replaceDeprecated(root);
    this.diagnostics.push(
      diagnostic(start, `Expected a map in a scenario file, got ${root.kind === 'list' ? 'a list' : 'one value'}`),
    );
    return undefined;
  }

  #replaceDeprecated(root: MapNode): MapNode {
    const replaced = replaceDeprecated(root);
    this.warnings.push(...replaced.warnings);
    return replaced.root;
  }

  #readIncludes(root: MapNode, folder: string): SourceFile[] | undefined {
    const list = nodeAt(root, ['include']);
    const items = list?.kind === 'list' ? list.items : [];
    const files = items.map((item) => this.#readInclude(item, folder));
    const readable = files.filter((one) => one?.root !== undefined && one.includes !== undefined);
    return readable.length === files.length ? (readable as SourceFile[]) : undefined;
  }

  #readInclude(item: SourceNode, folder: string): SourceFile | undefined {
    if (item.kind !== 'scalar' || typeof item.value !== 'string') return undefined; // the schema reports it
    const { value, at } = item;
    if (isAbsolute(value)) {
      this.diagnostics.push(diagnostic(at, 'Expected a path relative to the file that includes it'));
      return undefined;
    }
    const absolute = join(folder, value);
    if (this.#reading.includes(absolute)) {
      const cycle = [...this.#reading.slice(this.#reading.indexOf(absolute)), absolute].map((one) => this.#nameOf(one));
      this.diagnostics.push(diagnostic(at, 'The includes form a cycle', cycle.join(' -> ')));
      return undefined;
    }
    this.included.add(absolute);
    return this.read(absolute, at);
  }

  #nameOf(absolute: string): string {
    return relative(this.#projectRoot, absolute).split(sep).join('/');
  }
}

const yamlFilesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));

/** Returns undefined if the file cannot be read: missing, a folder, no permission. */
function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    if (error instanceof Error && 'code' in error) return undefined;
    throw error;
  }
}
