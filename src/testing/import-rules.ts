/**
 * The import rules of the architecture as pure functions over source texts: which module may import which, which file may
 * import which npm package, no cycles, no barrels, and no test support in product code. `architecture.test.ts` holds the tables.
 */
import { dirname, join, normalize } from 'node:path/posix';

/** Source texts by path relative to the project root. */
export type Sources = ReadonlyMap<string, string>;

export interface Import {
  from: string;
  /** Path relative to the project root, or the name of a package or built-in module. */
  to: string;
  own: boolean;
}

export interface Rules {
  /** Modules, and what each may import besides itself and, through `base`, everyone; an entry may name a single file. */
  mayImport: Readonly<Record<string, readonly string[]>>;
  /** npm packages and built-in modules with the files or folders that may import them. */
  packages: Readonly<Record<string, readonly string[]>>;
  /** Folders that may import `#emulator` besides the emulator itself. */
  emulatorImporters: readonly string[];
  /** `imports` of package.json. */
  aliases: Readonly<Record<string, string>>;
}

/** Tests and the `testing/` folders may import any module. */
const isTestSupport = (file: string): boolean => /\.test\.tsx?$|(^|\/)testing\//.test(file);

const isWithin = (file: string, places: readonly string[]): boolean =>
  places.some((place) => file === place || file.startsWith(`${place}/`));

/** The imports of product code, tests left out. */
export function importsOf(sources: Sources, { aliases }: Pick<Rules, 'aliases'>): Import[] {
  const product = [...sources].filter(([file]) => !isTestSupport(file));
  return product.flatMap(([from, text]) =>
    specifiersIn(text).map((specifier) => {
      const to = resolveOwn(from, specifier, aliases);
      return { from, to: to ?? specifier, own: to !== undefined };
    }),
  );
}

/** Imports of a module that the table does not allow. */
export function forbiddenImports(imports: readonly Import[], rules: Rules): string[] {
  return violations(imports, ({ from, to, own }) => {
    if (!own || isTestSupport(to)) return false;
    const module = moduleOf(from, rules);
    if (to.startsWith('emulator/') && module !== 'emulator')
      return to !== 'emulator/index.ts' || !isWithin(from, rules.emulatorImporters);
    return !isWithin(to, [module ?? from, ...(rules.mayImport[module ?? ''] ?? [])]);
  });
}

/** Product code that imports test support. Benchmarks are no product and may use fakes. */
export const importsOfTestSupport = (imports: readonly Import[]): string[] =>
  violations(imports, ({ from, to, own }) => own && isTestSupport(to) && !from.startsWith('bench/'));

/** Packages imported outside the files that are named for them. */
export function forbiddenPackages(imports: readonly Import[], { packages }: Rules): string[] {
  return violations(imports, ({ from, to, own }) => {
    const name = Object.keys(packages).find((candidate) => to === candidate || to.startsWith(`${candidate}/`));
    return !own && name !== undefined && !isWithin(from, packages[name] ?? []);
  });
}

/** Source files that belong to no module of the table. */
export const filesWithoutModule = (sources: Sources, rules: Rules): string[] =>
  [...sources.keys()].filter((file) => !isTestSupport(file) && moduleOf(file, rules) === undefined);

/** Index files that only collect exports; the emulator's public entry point is the one that is allowed. */
export const barrels = (sources: Sources): string[] =>
  [...sources.keys()].filter((file) => /(^|\/)index\.tsx?$/.test(file) && file !== 'emulator/index.ts');

/** The files of one import cycle, the first repeated at the end; empty when there is none. */
export function findCycle(imports: readonly Import[]): string[] {
  const targets = new Map<string, Import[]>();
  for (const each of imports.filter(({ own }) => own))
    targets.set(each.from, [...(targets.get(each.from) ?? []), each]);
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): string[] => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return [];
    for (const { to } of targets.get(file) ?? []) {
      const cycle = visit(to, [...path, file]);
      if (cycle.length > 0) return cycle;
    }
    done.add(file);
    return [];
  };
  for (const file of targets.keys()) {
    const cycle = visit(file, []);
    if (cycle.length > 0) return cycle;
  }
  return [];
}

const moduleOf = (file: string, { mayImport }: Rules): string | undefined =>
  Object.keys(mayImport).find((module) => file.startsWith(`${module}/`));

const violations = (imports: readonly Import[], isViolation: (each: Import) => boolean): string[] =>
  imports.filter(isViolation).map(({ from, to }) => `${from} imports ${to}`);

function specifiersIn(text: string): string[] {
  const statements = /(?:^|\n|\})\s*(?:import|export)\b[^'"`;]*?from\s*'([^']+)'|\bimport\(?\s*'([^']+)'/g;
  return [...text.matchAll(statements)].map((match) => (match[1] ?? match[2]) as string);
}

/** The file of this project behind a specifier; undefined for packages and built-in modules. */
function resolveOwn(from: string, specifier: string, aliases: Rules['aliases']): string | undefined {
  if (specifier.startsWith('.')) return normalize(join(dirname(from), specifier));
  if (!specifier.startsWith('#')) return undefined;
  const alias = Object.entries(aliases).find(
    ([key]) => specifier === key || (key.endsWith('*') && specifier.startsWith(key.slice(0, -1))),
  );
  if (!alias) return specifier;
  const [key, target] = alias;
  return normalize(target.replace('*', specifier.slice(key.length - 1)));
}
