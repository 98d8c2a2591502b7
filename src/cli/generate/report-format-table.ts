/** The files of a report as a Markdown table, for `reports/README.md`. */
import { type FormatId, formats } from '#report/renderer.ts';
import { markdownTable } from '../table.ts';

const purposes: Record<FormatId, string> = {
  json: 'The master file. Every other file is rendered from it: `npx touchstone report <folder>`',
  html: 'One self-contained page for the browser; works offline',
  junit: 'JUnit XML for CI systems',
  markdown: 'A short summary for pull requests and chat',
};

export function reportFormatTable(): string {
  const rows = (Object.keys(formats) as FormatId[]).map((id) => [`\`${formats[id]}\``, purposes[id]]);
  return markdownTable(
    ['File', 'Content'],
    [
      ...rows,
      ['`attachments/`', 'Screenshots'],
      [
        '`result.ndjson`',
        'The finished cases of a run that has not ended or was killed: `npx touchstone report <folder>` renders them',
      ],
    ],
  );
}
