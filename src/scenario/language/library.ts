/**
 * Reads scenario files and the files that they include, each once. A scenario can include YAML files of the project root only, because
 * diagnostics quote what was read.
 */
import { statSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { replaceDeprecated } from './deprecations.ts';
import { type Diagnostic, diagnostic } from './diagnostics.ts';
import { findScenarioFiles, isYamlName, outsideProblem } from './find-files.ts';
import { readTextFile, realPathOf, withoutLinks } from './read-file.ts';
import { entryAt, type MapNode, nodeAt, type SourceNode } from './source-node.ts';
import { readYaml } from './yaml-source.ts';

export interface SourceFile {
  /** Path relative to the project, with `/`. Diagnostics use it. */
  file: string;
  /** Undefined if the file cannot be read; the diagnostics of the library contain the reason. */
  root: MapNode | undefined;
  /** Included files in order; undefined if one of them cannot be read, or if the includes form a cycle. */
  includes: readonly SourceFile[] | undefined;
  /** Number of files that are merged for this one, itself included; a file that is included twice counts twice. */
  mergedFiles: number;
}

export interface LibraryFolders {
  /** Folder that paths and locations are relative to. */
  projectRoot: string;
  /** Folder that contains every file that a scenario may include. */
  root: string;
}

/** Nested includes, and files that are merged for one scenario. */
const maxIncludeDepth = 30;
const maxMergedFiles = 500;

export class Library {
  readonly diagnostics: Diagnostic[] = [];
  /** Deprecated keys. */
  readonly warnings: Diagnostic[] = [];
  /** Text of every file that was read, by its name in diagnostics. */
  readonly sources = new Map<string, string>();
  /** Paths of files that others include. All paths in the library are absolute and without symbolic links. */
  readonly included = new Set<string>();
  readonly #projectRoot: string;
  readonly #root: string;
  readonly #files = new Map<string, SourceFile>();
  readonly #reading: string[] = [];

  constructor({ projectRoot, root }: LibraryFolders) {
    this.#projectRoot = withoutLinks(projectRoot);
    this.#root = withoutLinks(root);
  }

  /** Every file that was read, also included ones. */
  get files(): readonly SourceFile[] {
    return [...this.#files.values()];
  }

  /** Returns the YAML files at `paths` (files or folders), sorted, each once. A path that cannot be read becomes a diagnostic. */
  find(paths: readonly string[]): string[] {
    const absolute = paths.map((path) => resolve(this.#projectRoot, path));
    const { files, unreadable } = findScenarioFiles(absolute, this.#root);
    for (const { path, problem, hint } of unreadable) this.#reportUnreadable(path, problem, hint);
    return files;
  }

  #reportUnreadable(path: string, problem: string, hint?: string): void {
    const file = this.#nameOf(path);
    this.diagnostics.push(diagnostic({ file, line: 1, column: 1 }, `Cannot read ${file}: ${problem}`, hint));
  }

  /** Reads a file that {@link find} returned. */
  read(path: string): SourceFile {
    return this.#files.get(path) ?? this.#readNew(path, (problem) => this.#reportUnreadable(path, problem));
  }

  #readNew(path: string, report: (problem: string) => void): SourceFile {
    const file = this.#nameOf(path);
    const root = this.#parse(path, file, report);
    this.#reading.push(path);
    const includes = root && this.#readIncludes(root, dirname(path));
    this.#reading.pop();
    const mergedFiles = (includes ?? []).reduce((sum, one) => sum + one.mergedFiles, 1);
    const isTooLarge = root !== undefined && mergedFiles > maxMergedFiles;
    if (isTooLarge) {
      const at = entryAt(root, ['include'])?.key ?? root.at;
      const message = `Cannot include more than ${maxMergedFiles} files, counting repeated ones`;
      this.diagnostics.push(diagnostic(at, message));
    }
    const read = { file, root, includes: isTooLarge ? undefined : includes, mergedFiles };
    this.#files.set(path, read);
    return read;
  }

  #parse(path: string, file: string, report: (problem: string) => void): MapNode | undefined {
    const read = readTextFile(path);
    if ('problem' in read) {
      report(read.problem);
      return undefined;
    }
    this.sources.set(file, read.text);
    const { root, diagnostics } = readYaml(read.text, file);
    this.diagnostics.push(...diagnostics);
    if (root === undefined || diagnostics.length > 0) return undefined;
    if (root.kind === 'map') return this.#replaceDeprecated(root);
    const got = root.kind === 'list' ? 'a list' : 'one value';
    this.diagnostics.push(diagnostic({ file, line: 1, column: 1 }, `Expected a map in a scenario file, got ${got}`));
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
    const report = (problem: string, hint?: string) => {
      this.diagnostics.push(diagnostic(at, `Cannot include ${shorten(value)}: ${problem}`, hint));
      return undefined;
    };
    if (isAbsolute(value)) return report('expected a path relative to the file that includes it');
    const real = realPathOf(join(folder, value));
    if ('problem' in real) return report(real.problem);
    const outside = outsideProblem(real.path, this.#root);
    if (outside) return report(outside.problem, outside.hint);
    if (this.#reading.includes(real.path)) {
      const cycle = [...this.#reading.slice(this.#reading.indexOf(real.path)), real.path];
      this.diagnostics.push(
        diagnostic(at, 'The includes form a cycle', cycle.map((one) => this.#nameOf(one)).join(' -> ')),
      );
      return undefined;
    }
    if (this.#reading.length > maxIncludeDepth) return report(`includes are nested more than ${maxIncludeDepth} deep`);
    this.included.add(real.path);
    return this.#files.get(real.path) ?? this.#readIncluded(real.path, report);
  }

  /** Other files of a project than scenarios, e.g. those with passwords, must not be quoted either. */
  #readIncluded(path: string, report: (problem: string) => undefined): SourceFile | undefined {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats?.isFile() && !isYamlName(path)) return report('expected a file whose name ends with .yaml or .yml');
    return this.#readNew(path, report);
  }

  #nameOf(path: string): string {
    return relative(this.#projectRoot, path).split(sep).join('/');
  }
}

const maxNameLength = 200;
const shorten = (name: string): string => (name.length > maxNameLength ? `${name.slice(0, maxNameLength)}…` : name);
