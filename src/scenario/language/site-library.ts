/** Finds and reads the site files of scenarios, each once, and decides which site a case runs on. */
import { basename, dirname, extname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { type Diagnostic, diagnostic } from './diagnostics.ts';
import type { Environment } from './environment.ts';
import { isYamlName, outsideProblem } from './find-files.ts';
import { readTextFile, realPathOf, withoutLinks } from './read-file.ts';
import type { SiteDefinition } from './site-definition.ts';
import { type ReadSite, readSite } from './site-file.ts';
import { nearestPlace, nodeAt, type Place, type SourceNode } from './source-node.ts';

/** The site that a case runs on. */
export interface CaseSite {
  definition: SiteDefinition;
  /** Absolute path of the site file. */
  path: string;
  /** Its address; undefined if Touchstone starts the site. */
  url: string | undefined;
}

export interface SiteLibraryOptions {
  /** Folder that paths and locations are relative to. */
  projectRoot: string;
  /** Folder that contains every file that a scenario may name. */
  root: string;
  /** Absolute paths of the site files that the command line names. */
  sites?: readonly string[] | undefined;
  /** Address from the command line. */
  url?: string | undefined;
  /** Values of `${secret:NAME}` and `${env:NAME}`. */
  env?: Environment | undefined;
}

interface ReadFile extends ReadSite {
  /** Absolute path. */
  path: string;
}

const referencePortal = resolve(import.meta.dirname, '../../../sites/reference-portal.yaml');

export class SiteLibrary {
  /** Text of every file that was read, by its name in diagnostics. */
  readonly sources = new Map<string, string>();
  readonly #options: SiteLibraryOptions;
  readonly #projectRoot: string;
  readonly #root: string;
  readonly #read = new Map<string, ReadFile | { problem: string }>();

  constructor(options: SiteLibraryOptions) {
    this.#options = options;
    this.#projectRoot = withoutLinks(options.projectRoot);
    this.#root = withoutLinks(options.root);
  }

  /** Returns the site of a case, or all errors. `resolved` is the case after merging and resolving. */
  siteOf(resolved: SourceNode): { site: CaseSite } | { diagnostics: Diagnostic[] } {
    const file = textAt(resolved, 'site');
    const url = textAt(resolved, 'url');
    const at = nearestPlace(resolved, ['relying-party', file ? 'site' : 'url']);
    if (!file && url) return failed(url.at, `Missing key "site": a site file says what a user does on ${url.text}`);
    const read = file ? this.#readNamed(file.text, file.at) : this.#readFile(referencePortal);
    if ('problem' in read) return failed(file?.at ?? at, `Cannot use the site file ${file?.text}: ${read.problem}`);
    const { site: definition, diagnostics, path } = read;
    return definition ? this.#locate({ definition, path }, url, file?.at ?? at) : { diagnostics };
  }

  #locate(
    found: Omit<CaseSite, 'url'>,
    given: TextAt | undefined,
    at: Place,
  ): { site: CaseSite } | { diagnostics: Diagnostic[] } {
    const { server, file, url: ownUrl } = found.definition;
    if (server && given) return failed(given.at, `Expected no url, because Touchstone starts the ${server} itself`);
    if (server) return { site: { ...found, url: undefined } };
    const url = this.#options.url ?? given?.text ?? ownUrl;
    if (url !== undefined) return { site: { ...found, url } };
    return failed(at, `${file} has no url: add it to the file, to relying-party, or give the option --url`);
  }

  /** Reads a file that a scenario or the command line names. */
  #readNamed(name: string, { file }: Place): ReadFile | { problem: string } {
    if (this.#options.sites?.includes(name)) return this.#readFile(name);
    if (isAbsolute(name)) return { problem: 'expected a path relative to the file that names it' };
    const real = realPathOf(join(this.#projectRoot, dirname(file), name));
    if ('problem' in real) return real;
    if (!isYamlName(real.path)) return { problem: 'expected a file whose name ends with .yaml or .yml' };
    return outsideProblem(real.path, this.#root) ?? this.#readFile(real.path);
  }

  #readFile(path: string): ReadFile | { problem: string } {
    const known = this.#read.get(path);
    if (known) return known;
    const text = readTextFile(path);
    const name = relative(this.#projectRoot, path).split(sep).join('/');
    const read = 'problem' in text ? text : { ...readSite(text.text, name, this.#options.env), path };
    if ('text' in text) this.sources.set(name, text.text);
    this.#read.set(path, read);
    return read;
  }
}

/** Returns the name of a site in the ids of cases: that of its file. */
export const siteNameOf = (path: string): string => basename(path, extname(path));

interface TextAt {
  text: string;
  at: Place;
}

function textAt(node: SourceNode, key: 'site' | 'url'): TextAt | undefined {
  const found = nodeAt(node, ['relying-party', key]);
  return found?.kind === 'scalar' && typeof found.value === 'string' ? { text: found.value, at: found.at } : undefined;
}

const failed = (at: Place, message: string): { diagnostics: Diagnostic[] } => ({
  diagnostics: [diagnostic(at, message)],
});
