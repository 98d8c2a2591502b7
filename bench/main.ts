/**
 * `npm run bench` runs all benchmarks; `npm run bench -- NAME ...` runs some. Absolute figures depend on the machine; compare the ratios.
 * `--check` exits with 1 if a target is missed. `--write` writes `docs/performance.md` from this run.
 */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { benchmarks } from './benchmarks.ts';
import { performanceDocument } from './performance-document.ts';
import { formatRows, isMet, type Row } from './row.ts';

const { values: options, positionals: selected } = parseArgs({
  allowPositionals: true,
  options: { check: { type: 'boolean', default: false }, write: { type: 'boolean', default: false } },
});
const unknown = selected.filter((name) => !Object.hasOwn(benchmarks, name));
if (unknown.length > 0) {
  console.error(`Unknown benchmark ${unknown.join(', ')}; expected one of ${Object.keys(benchmarks).join(', ')}`);
  process.exit(2);
}
if (options.write && selected.length > 0) {
  console.error('Cannot write docs/performance.md from some of the benchmarks: run all of them');
  process.exit(2);
}

const results = new Map<string, Row[]>();
for (const [name, { run }] of Object.entries(benchmarks)) {
  if (selected.length > 0 && !selected.includes(name)) continue;
  console.log(`\n${name}`);
  const rows = await run();
  results.set(name, rows);
  for (const line of formatRows(rows)) console.log(`  ${line}`);
}

const missed = [...results].flatMap(([name, rows]) =>
  rows.filter((row) => !isMet(row)).map((row) => `${name}: ${row.name}`),
);
console.log(missed.length === 0 ? '\nAll targets are met.' : `\nMissed targets:\n  ${missed.join('\n  ')}`);
if (options.write) writeFileSync(resolve(import.meta.dirname, '../docs/performance.md'), performanceDocument(results));
if (options.check && missed.length > 0) process.exitCode = 1;
