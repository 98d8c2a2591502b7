/** The pages of `docs/api`: one for each entry point of the package, and an index. */
import { resolve } from 'node:path';
import { type EntryPointId, publicEntries, specifierOf } from '../../package/public-entries.ts';
import { markdownTable } from '../../table.ts';
import { type ApiPage, formatApiPage } from './format-page.ts';
import { readEntryPoints } from './read-entry-points.ts';

const root = resolve(import.meta.dirname, '../../../..');

const ids = Object.keys(publicEntries) as EntryPointId[];

const fileOf = (id: EntryPointId): string => `${id === 'api' ? 'touchstone' : id}.md`;

/** The generators of the pages, by their path in the project. */
export const apiPages: Readonly<Record<string, () => string>> = {
  'docs/api/README.md': () => indexPage(readPages()),
  ...Object.fromEntries(ids.map((id) => [`docs/api/${fileOf(id)}`, () => pageText(id)])),
};

function pageText(id: EntryPointId): string {
  const all = readPages();
  return formatApiPage(all[id], (other) => all[other as EntryPointId]);
}

let pages: Readonly<Record<EntryPointId, ApiPage>> | undefined;

/** Reads the sources once: every page is made from the same result. */
function readPages(): Readonly<Record<EntryPointId, ApiPage>> {
  if (pages) return pages;
  const entryPoints = readEntryPoints(root, publicEntries);
  pages = Object.fromEntries(
    ids.map((id) => [id, { specifier: specifierOf(id), file: fileOf(id), entryPoint: entryPoints[id] }]),
  ) as Record<EntryPointId, ApiPage>;
  return pages;
}

function indexPage(all: Readonly<Record<EntryPointId, ApiPage>>): string {
  const rows = ids.map((id) => {
    const { specifier, file, entryPoint } = all[id];
    const summary = entryPoint.text.replace(/^The public entry point [^:]*: /, '').split(/(?<=\.)\s|\n\n/)[0] ?? '';
    return [`[\`${specifier}\`](${file})`, summary.replaceAll('\n', ' ')];
  });
  return [
    '# API reference',
    '<!-- Written by `npm run generate` from the docstrings of the sources. -->',
    `${markdownTable(['Entry point', 'Content'], rows)}`,
    'Everything on these pages is public: it changes as [versioning](../versioning.md) says. Other modules of the package are not importable.\n',
  ].join('\n\n');
}
