/**
 * `npm run bench` runs all benchmarks; `npm run bench -- NAME ...` runs some. Absolute figures depend on the machine; compare the ratios.
 * `--rounds N` runs them N times in turn and prints the spread over the rounds. `--check` exits with 1 if a target is missed. `--write` writes
 * `docs/performance.md` from this run.
 */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { benchmarks } from './benchmarks.ts';
import { runPart } from './part-process.ts';
import { performanceDocument } from './performance-document.ts';
import { mergeRounds, parseRounds } from './rounds.ts';
import { formatRows, isMet, type Row } from './row.ts';

/** The compiled `part.ts`. */
const partProgram = process.env.TOUCHSTONE_BENCHMARK_PART ?? fail('Start the benchmarks with `npm run bench`');

const { values: options, positionals: selected } = parseArgs({
  allowPositionals: true,
  options: {
    check: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '1' },
    write: { type: 'boolean', default: false },
  },
});

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}

const unknown = selected.filter((name) => !Object.hasOwn(benchmarks, name));
if (unknown.length > 0)
  fail(`Unknown benchmark ${unknown.join(', ')}; expected one of ${Object.keys(benchmarks).join(', ')}`);
if (options.write && selected.length > 0)
  fail('Cannot write docs/performance.md from some of the benchmarks: run all of them');
const rounds =
  parseRounds(options.rounds) ?? fail(`Expected 1 to 99 as the number of --rounds, got "${options.rounds}"`);

function print(name: string, rows: readonly Row[]): void {
  console.log(`\n${name}`);
  for (const line of formatRows(rows)) console.log(`  ${line}`);
}

const measured = Object.entries(benchmarks)
  .filter(([name]) => selected.length === 0 || selected.includes(name))
  .map(([name, { about }]) => ({ name, about, rounds: [] as Row[][] }));
for (let round = 1; round <= rounds; round++)
  for (const { name, rounds: earlier } of measured) {
    const rows = await runPart(partProgram, name);
    print(rounds === 1 ? name : `${name}, round ${round} of ${rounds}`, rows);
    earlier.push(rows);
  }

const parts = measured.map((part) => ({ name: part.name, about: part.about, rows: mergeRounds(part.rounds) }));
if (rounds > 1) for (const { name, rows } of parts) print(`${name}, all ${rounds} rounds`, rows);
const missed = parts.flatMap(({ name, rows }) =>
  rows.filter((row) => !isMet(row)).map((row) => `${name}: ${row.name}`),
);
console.log(missed.length === 0 ? '\nAll targets are met.' : `\nMissed targets:\n  ${missed.join('\n  ')}`);
if (options.write)
  writeFileSync(resolve(import.meta.dirname, '../docs/performance.md'), performanceDocument(parts, rounds));
if (options.check && missed.length > 0) process.exitCode = 1;
