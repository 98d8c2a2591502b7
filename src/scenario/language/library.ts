/** Reads scenario files and what they include, each once. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { type Diagnostic, diagnostic } from './diagnostics.ts';
import { type MapNode, nodeAt, type Place, type SourceNode } from './source-node.ts';
import { readYaml } from './yaml-source.ts';

export interface SourceFile {
  /** Path relative to the project, with `/`, as places name it. */
  file: string;
  /** Undefined when the file cannot be read; the library's diagnostics say why. */
  root: MapNode | undefined;
  /** Files it includes, in order; undefined when one of them cannot be read or the includes go in a circle. */
  includes: readonly SourceFile[] | undefined;
}

export class Library {
  readonly diagnostics: Diagnostic[] = [];
  /** Text of every file that was read, by its name in places. */
  readonly sources = new Map<string, string>();
  /** Files that others include. */
  readonly included = new Set<string>();
  readonly #projectRoot: string;
  readonly #files = new Map<string, SourceFile>();
  readonly #reading: string[] = [];

  constructor(projectRoot: string) {
    this.#projectRoot = resolve(projectRoot);
  }

  /** Every file that was read, included ones too. */
  get files(): readonly SourceFile[] {
    return [...this.#files.values()];
  }

  /** The YAML files that `paths` (files or folders) name, sorted, each once. A path that is not there becomes a diagnostic. */
  find(paths: readonly string[]): string[] {
    const found = paths.flatMap((path) => {
      const absolute = resolve(this.#projectRoot, path);
      const stats = statSync(absolute, { throwIfNoEntry: false });
      if (stats?.isDirectory()) return yamlFilesIn(absolute);
      if (stats?.isFile()) return [absolute];
      this.diagnostics.push(diagnostic({ file: this.#name(absolute), line: 1, column: 1 }, 'no such file or folder'));
      return [];
    });
    return [...new Set(found)].toSorted();
  }

  /** @param absolute path of a file; `from` is the place that includes it. */
  read(absolute: string, from?: Place): SourceFile {
    const known = this.#files.get(absolute);
    if (known) return known;
    const file = this.#name(absolute);
    const root = this.#parse(absolute, file, from);
    this.#reading.push(absolute);
    const read = { file, root, includes: root && this.#includes(root, dirname(absolute)) };
    this.#reading.pop();
    this.#files.set(absolute, read);
    return read;
  }

  #parse(absolute: string, file: string, from: Place | undefined): MapNode | undefined {
    const start: Place = { file, line: 1, column: 1 };
    const text = readText(absolute);
    if (text === undefined) {
      this.diagnostics.push(diagnostic(from ?? start, `cannot read ${file}`));
      return undefined;
    }
    this.sources.set(file, text);
    const { root, diagnostics } = readYaml(text, file);
    this.diagnostics.push(...diagnostics);
    if (root === undefined || diagnostics.length > 0) return undefined;
    if (root.kind === 'map') return root;
    this.diagnostics.push(
      diagnostic(start, `a scenario file is a map, found ${root.kind === 'list' ? 'a list' : 'one value'}`),
    );
    return undefined;
  }

  #includes(root: MapNode, folder: string): SourceFile[] | undefined {
    const list = nodeAt(root, ['include']);
    const items = list?.kind === 'list' ? list.items : [];
    const files = items.map((item) => this.#include(item, folder));
    const readable = files.filter((one) => one?.root !== undefined && one.includes !== undefined);
    return readable.length === files.length ? (readable as SourceFile[]) : undefined;
  }

  #include(item: SourceNode, folder: string): SourceFile | undefined {
    if (item.kind !== 'scalar' || typeof item.value !== 'string') return undefined; // the schema says so
    const { value, at } = item;
    if (isAbsolute(value)) {
      this.diagnostics.push(diagnostic(at, 'an include is relative to the file that includes it'));
      return undefined;
    }
    const absolute = join(folder, value);
    if (this.#reading.includes(absolute)) {
      const circle = [...this.#reading.slice(this.#reading.indexOf(absolute)), absolute].map((one) => this.#name(one));
      this.diagnostics.push(diagnostic(at, 'the includes go in a circle', circle.join(' -> ')));
      return undefined;
    }
    this.included.add(absolute);
    return this.read(absolute, at);
  }

  #name(absolute: string): string {
    return relative(this.#projectRoot, absolute).split(sep).join('/');
  }
}

const yamlFilesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));

/** Undefined for what cannot be read as a file: missing, a folder, no permission. */
function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    if (error instanceof Error && 'code' in error) return undefined;
    throw error;
  }
}
