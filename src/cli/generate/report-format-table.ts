/** The files of a report as a Markdown table, for `reports/README.md`. */
import { type FormatId, formats, usualFormats } from '#report/renderer.ts';
import { markdownTable } from '../table.ts';

const purposes: Record<FormatId, string> = {
  json: 'The whole run as one JSON value',
  ndjson:
    'The master file, one JSON line for each case: every other file can be rendered from it (`npx touchstone report <folder>`)',
  html: 'One self-contained page for the browser; works offline',
  junit: 'JUnit XML for CI systems',
  markdown: 'A short summary for pull requests and chat',
  ctrf: 'Common Test Report Format',
  sarif: 'SARIF 2.1.0 for code hosts, with the line of the scenario',
  tap: 'Test Anything Protocol, version 14',
  openmetrics: 'OpenMetrics: verdicts, times by phase, budgets',
  trace: 'Trace events for Perfetto and chrome://tracing',
  pcapng: 'CTAP messages as a packet capture for Wireshark',
};

export function reportFormatTable(): string {
  const rows = (Object.keys(formats) as FormatId[]).map((id) => [
    `\`${formats[id]}\``,
    usualFormats.includes(id) ? 'always' : `\`--format ${id}\``,
    purposes[id],
  ]);
  return markdownTable(['File', 'Written', 'Content'], [...rows, ['`attachments/`', 'always', 'Screenshots']]);
}
