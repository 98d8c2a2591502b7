/** Reads the public entry points with the compiler: what they export, with docstrings and signatures. */
import { join } from 'node:path';
import type { ClassDeclaration, InterfaceDeclaration, Node, SourceFile } from 'typescript/unstable/ast';
import {
  isClassDeclaration,
  isFunctionDeclaration,
  isInterfaceDeclaration,
  isTypeAliasDeclaration,
  isVariableDeclaration,
} from 'typescript/unstable/ast/is';
import { API, type Checker, type Symbol as CompilerSymbol, type Project, SymbolFlags } from 'typescript/unstable/sync';
import type { ApiDescription, ApiEntryPoint, ApiItem, ApiKind, ApiMember } from './api-item.ts';
import { identifiersInSignature } from './mentioned-types.ts';
import { memberSignature, signatureOf } from './signatures.ts';

/** Returns what the files `entries`, by id, export. `root` is the folder of the project; its `src/api/tsconfig.json` names the same files. */
export function readEntryPoints<Id extends string>(
  root: string,
  entries: Readonly<Record<Id, string>>,
): Record<Id, ApiEntryPoint> {
  const compiler = new API({ cwd: root });
  try {
    const config = join(root, 'src/api/tsconfig.json');
    const project = compiler.updateSnapshot({ openProjects: [config] }).getProject(config);
    if (!project) throw new Error(`Cannot read the entry points: ${config} cannot be opened`);
    return new EntryPointReader(project, root).read(entries);
  } finally {
    compiler.close();
  }
}

class EntryPointReader {
  readonly #project: Project;
  readonly #checker: Checker;
  readonly #root: string;

  constructor(project: Project, root: string) {
    this.#project = project;
    this.#checker = project.checker;
    this.#root = root;
  }

  read<Id extends string>(entries: Readonly<Record<Id, string>>): Record<Id, ApiEntryPoint> {
    const files = Object.entries<string>(entries).map(([id, path]) => ({ id, file: this.#sourceFile(path) }));
    /** By id of the symbol, the first entry point that exports it. */
    const homes = new Map<number, string>();
    for (const { id, file } of files)
      for (const { symbol } of this.#exportsOf(file)) if (!homes.has(symbol.id)) homes.set(symbol.id, id);
    return Object.fromEntries(files.map(({ id, file }) => [id, this.#readFile(id, file, homes)])) as Record<
      Id,
      ApiEntryPoint
    >;
  }

  #sourceFile(path: string): SourceFile {
    const file = this.#project.program.getSourceFile(join(this.#root, path));
    if (!file) throw new Error(`Cannot read ${path}: src/api/tsconfig.json does not name it`);
    return file;
  }

  #readFile(id: string, file: SourceFile, homes: ReadonlyMap<number, string>): ApiEntryPoint {
    const all = this.#exportsOf(file).map((each) => ({ ...each, describedBy: homes.get(each.symbol.id) ?? id }));
    const own = all.filter(({ describedBy }) => describedBy === id);
    const mentioned = this.#mentionedBy(
      own.map(({ symbol }) => symbol),
      homes,
    );
    return {
      text: fileComment(file),
      exports: own.map(({ name, symbol }) => this.#describe(symbol, name)),
      shared: all
        .filter(({ describedBy }) => describedBy !== id)
        .map(({ name, symbol, describedBy }) => ({ name, describedBy, text: this.#descriptionOf(symbol).text })),
      mentioned: mentioned.map((symbol) => this.#describe(symbol, symbol.name)),
    };
  }

  #exportsOf(file: SourceFile): { name: string; symbol: CompilerSymbol }[] {
    const module = this.#checker.getSymbolAtLocation(file);
    const symbols = module ? this.#checker.getExportsOfModule(module) : [];
    return symbols.map((symbol) => ({ name: symbol.name, symbol: this.#resolve(symbol) }));
  }

  #resolve(symbol: CompilerSymbol): CompilerSymbol {
    return symbol.flags & SymbolFlags.Alias ? this.#checker.getAliasedSymbol(symbol) : symbol;
  }

  #declarationOf({ valueDeclaration, declarations, name }: CompilerSymbol): Node {
    const node = (valueDeclaration ?? declarations[0])?.resolve(this.#project);
    if (!node) throw new Error(`Cannot describe ${name}: it has no declaration`);
    return node;
  }

  #describe(symbol: CompilerSymbol, name: string): ApiItem {
    const node = this.#declarationOf(symbol);
    return {
      name,
      kind: kindOf(node, signatureOf(this.#checker, node, name)),
      ...this.#descriptionOf(symbol),
      signature: signatureOf(this.#checker, node, name),
      members: this.#membersOf(node),
    };
  }

  #descriptionOf(symbol: CompilerSymbol): ApiDescription {
    const tags = symbol.getJsDocTags(this.#checker);
    const textOf = (tag: string) => tags.filter(({ name }) => name === tag).map(({ text = '' }) => text);
    return {
      text: symbol.getDocumentationComment(this.#checker),
      throws: textOf('throws'),
      deprecated: textOf('deprecated')[0],
    };
  }

  #membersOf(node: Node): ApiMember[] {
    if (!isClassDeclaration(node) && !isInterfaceDeclaration(node)) return [];
    return [...node.members].flatMap((member): ApiMember[] => {
      const signature = memberSignature(this.#checker, member);
      if (signature === undefined) return [];
      const { name } = member as Node & { name?: Node };
      const symbol = this.#checker.getSymbolAtLocation(name ?? member);
      const description = symbol ? this.#descriptionOf(symbol) : undocumented;
      return [{ signature, ...(description.text || !symbol ? description : this.#inheritedDescription(node, symbol)) }];
    });
  }

  /** Returns the description of a member in a base class or an implemented interface. */
  #inheritedDescription({ heritageClauses }: HeritageNode, { name }: CompilerSymbol): ApiDescription {
    for (const base of heritageClauses?.flatMap(({ types }) => [...types]) ?? []) {
      const type = this.#checker.getTypeAtLocation(base);
      const symbol = type && this.#checker.getPropertyOfType(type, name);
      if (symbol) return this.#descriptionOf(symbol);
    }
    return undocumented;
  }

  /** Returns the types of this project that `symbols` mention, without those that an entry point exports. */
  #mentionedBy(symbols: readonly CompilerSymbol[], exported: ReadonlyMap<number, string>): CompilerSymbol[] {
    const types = symbols
      .flatMap((symbol) => identifiersInSignature(this.#declarationOf(symbol)))
      .flatMap((name) => this.#projectType(name))
      .filter(({ id }) => !exported.has(id));
    return [...new Map(types.map((type) => [type.id, type])).values()];
  }

  #projectType(node: Node): CompilerSymbol[] {
    const symbol = this.#checker.getSymbolAtLocation(node);
    if (!symbol) return [];
    const target = this.#resolve(symbol);
    const declaration = target.declarations[0]?.resolve(this.#project);
    if (!declaration || declaration.getSourceFile().fileName.includes('/node_modules/')) return [];
    return isClassDeclaration(declaration) || isInterfaceDeclaration(declaration) || isTypeAliasDeclaration(declaration)
      ? [target]
      : [];
  }
}

type HeritageNode = Pick<ClassDeclaration | InterfaceDeclaration, 'heritageClauses'>;

const undocumented: ApiDescription = { text: '', throws: [], deprecated: undefined };

/** Returns the text of the comment at the start of a file. */
function fileComment({ text }: SourceFile): string {
  const [, comment = ''] = /^\/\*\*([\s\S]*?)\*\//.exec(text) ?? [];
  return comment.replace(/^[ \t]*\*? ?/gm, '').trim();
}

function kindOf(node: Node, signature: string): ApiKind {
  if (isFunctionDeclaration(node) || signature.startsWith('function ')) return 'function';
  if (isVariableDeclaration(node)) return 'value';
  if (isClassDeclaration(node)) return 'class';
  return isInterfaceDeclaration(node) ? 'interface' : 'type';
}
