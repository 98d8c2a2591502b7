/** Formats an entry point as a page of Markdown. */
import { markdownTable } from '../../table.ts';
import type { ApiDescription, ApiEntryPoint, ApiItem, ApiKind, SharedExport } from './api-item.ts';

export interface ApiPage {
  /** What users import, e.g. `touchstone/client`. */
  specifier: string;
  /** Name of the file, e.g. `client.md`. */
  file: string;
  entryPoint: ApiEntryPoint;
}

const sections: Readonly<Record<string, readonly ApiKind[]>> = {
  Functions: ['function'],
  Classes: ['class'],
  Values: ['value'],
  Types: ['interface', 'type'],
};

/** Returns the page. `pageOf` returns the page of another entry point. */
export function formatApiPage({ specifier, entryPoint }: ApiPage, pageOf: (id: string) => ApiPage): string {
  const { text, exports, shared, mentioned } = entryPoint;
  const chapters = Object.entries(sections).flatMap(([title, kinds]) =>
    section(
      title,
      exports.filter(({ kind }) => kinds.includes(kind)),
    ),
  );
  return `${[
    `# \`${specifier}\``,
    '<!-- Written by `npm run generate` from the docstrings of the sources. -->',
    text,
    ...(shared.length > 0 ? [sharedExports(shared, pageOf)] : []),
    ...chapters,
    ...section('Types that are mentioned above', mentioned, 'They have no export of their own.'),
  ].join('\n\n')}\n`;
}

const section = (title: string, items: readonly ApiItem[], introduction?: string): string[] =>
  items.length === 0
    ? []
    : [`## ${title}`, ...(introduction ? [introduction] : []), ...items.toSorted(byName).map(formatItem)];

const byName = (a: { name: string }, b: { name: string }): number => a.name.localeCompare(b.name, 'en');

function sharedExports(shared: readonly SharedExport[], pageOf: (id: string) => ApiPage): string {
  const rows = shared.toSorted(byName).map(({ name, describedBy, text }) => {
    const { file, specifier } = pageOf(describedBy);
    const [summary = ''] = text.split('\n\n');
    return [`[\`${name}\`](${file}#${name.toLowerCase()})`, `\`${specifier}\``, inCell(summary)];
  });
  return `## Exports that another page describes\n\n${markdownTable(['Export', 'Entry point', 'Description'], rows)}`;
}

function formatItem(item: ApiItem): string {
  const rows = item.members.map(({ signature, ...description }) => [
    inCell(`\`${oneLine(signature)}\``),
    inCell(paragraphs(description).join(' ')),
  ]);
  return [
    `### ${item.name}`,
    ...paragraphs(item),
    `\`\`\`ts\n${item.signature}\n\`\`\``,
    ...(rows.length > 0 ? [markdownTable(['Member', 'Description'], rows)] : []),
  ].join('\n\n');
}

const paragraphs = ({ text, throws, deprecated }: ApiDescription): string[] => [
  ...(deprecated === undefined ? [] : [`**Deprecated.** ${deprecated}`]),
  ...(text === '' ? [] : [text]),
  ...throws.map((reason) => `Throws ${reason.replace(/^\{(.*?)\}/, '`$1`')}`),
];

const oneLine = (signature: string): string =>
  signature.replace(/\s+/g, ' ').replaceAll('( ', '(').replace(/,? \)/g, ')');

/** A cell has one line. */
const inCell = (text: string): string => text.replace(/\s*\n\s*/g, ' ');
