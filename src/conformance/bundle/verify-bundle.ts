/**
 * Verifies a bundle: the hashes of the manifest, the counts, the statement and the transcripts against the results, and the archive
 * against its content. For a target that can be tested again, compares the verdicts and messages of a new run.
 */
import { messageOf } from '#base/errors.ts';
import { caseId } from '../case-result.ts';
import type { ConformanceReport } from '../report/report-model.ts';
import { overallVerdict } from '../verdict.ts';
import { createArchive, type Files, findDifference, readArchive } from './archive.ts';
import { type BundledReport, type BundleInput, paths, type Transcript } from './contents.ts';
import { countContents, hashOf, type Manifest } from './manifest.ts';
import { type BundleContents, readContents } from './read-bundle.ts';
import { compareReplay } from './replay.ts';
import { createStatement } from './statement.ts';

export interface VerifiedBundle {
  /** What is wrong, as sentences; empty if nothing is. */
  problems: string[];
  /** What could not be verified, and why. */
  notes: string[];
  /** SHA-256 of the archive, hex. */
  sha256: string;
  counts: Manifest['counts'] | undefined;
  report: BundledReport | undefined;
  replayed: boolean;
}

export interface VerifyOptions {
  /** Hash of the catalogue of this program, by suite. */
  catalogues: Readonly<Record<ConformanceReport['suite'], string>>;
  /** Runs the same cases again; resolves with undefined if the target cannot be tested again. */
  replay?(input: BundleInput): Promise<ConformanceReport | undefined>;
}

export async function verifyBundle(bytes: Uint8Array, options: VerifyOptions): Promise<VerifiedBundle> {
  const problems: string[] = [];
  const notes: string[] = [];
  const files = read(bytes, problems);
  const contents = readContents(files, problems);
  const { manifest, report, input } = contents;
  if (manifest) problems.push(...checkFiles(manifest, files));
  if (problems.length === 0) problems.push(...checkContents(contents), ...checkArchive(bytes, files));
  const replayed = problems.length === 0 && (await replay(contents, options, { problems, notes }));
  const isOtherCatalogue = report && input && options.catalogues[input.suite] !== report.catalogue.sha256;
  if (isOtherCatalogue) notes.push('The bundle was made with another version of the catalogue');
  return { problems, notes, sha256: hashOf(bytes), counts: manifest?.counts, report, replayed };
}

function read(bytes: Uint8Array, problems: string[]): Files {
  try {
    return readArchive(bytes);
  } catch (error) {
    problems.push(messageOf(error));
    return {};
  }
}

function checkFiles({ files: listed }: Manifest, files: Files): string[] {
  const names = new Set(listed.map(({ path }) => path));
  const extra = Object.keys(files).filter((path) => path !== paths.manifest && !names.has(path));
  return [
    ...listed.flatMap(({ path, bytes, sha256 }) => {
      const content = files[path];
      if (!content) return [`${path} is missing, but ${paths.manifest} lists it`];
      if (content.length !== bytes) return [`${path}: expected ${bytes} bytes, found ${content.length}`];
      const found = hashOf(content);
      return found === sha256 ? [] : [`${path}: expected SHA-256 ${sha256}, found ${found}`];
    }),
    ...extra.map((path) => `${path} is in the archive, but not in ${paths.manifest}`),
  ];
}

function checkContents({ manifest, report, input, statement, transcripts }: BundleContents): string[] {
  if (!manifest || !report || !input || !statement) return [];
  const expected = countContents(report, transcripts);
  const wrongCounts = (Object.keys(expected) as (keyof typeof expected)[])
    .filter((name) => manifest.counts[name] !== expected[name])
    .map(
      (name) =>
        `${paths.manifest}: ${name}: expected ${expected[name]} as in the files, found ${manifest.counts[name]}`,
    );
  const verdict = overallVerdict(report.cases.map((one) => one.verdict));
  return [
    ...wrongCounts,
    ...(verdict === report.verdict
      ? []
      : [`${paths.result}: verdict: expected ${verdict} because of the cases, found ${report.verdict}`]),
    ...(input.suite === report.suite ? [] : [`${paths.input}: suite: expected ${report.suite}, found ${input.suite}`]),
    ...findDifferentMembers(createStatement(report, input), statement, paths.statement),
    ...checkIds(report, input, transcripts),
  ];
}

/** Returns which members of two JSON values differ, with their place. */
function findDifferentMembers(expected: unknown, found: unknown, place: string): string[] {
  const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
  if (!isObject(expected) || !isObject(found))
    return expected === found
      ? []
      : [
          `${place}: expected ${JSON.stringify(expected) ?? 'nothing'} as in the results, found ${JSON.stringify(found) ?? 'nothing'}`,
        ];
  const names = new Set([...Object.keys(expected), ...Object.keys(found)]);
  return [...names]
    .flatMap((name) => findDifferentMembers(expected[name], found[name], `${place}: ${name}`))
    .slice(0, 5);
}

function checkIds(
  { cases, requirements }: BundledReport,
  input: BundleInput,
  transcripts: readonly Transcript[],
): string[] {
  const known = new Set(requirements.map(({ id }) => id));
  const caseIds = new Set(cases.map((one) => `${one.target} ${caseId(one)}`));
  const selected = requirements.map(({ id }) => id).join();
  return [
    ...cases.filter(({ id }) => !known.has(id)).map(({ id }) => `${paths.result}: the case ${id} has no requirement`),
    ...(caseIds.size === cases.length ? [] : [`${paths.result}: a case occurs twice`]),
    ...transcripts
      .filter((one) => !caseIds.has(`${one.target} ${one.case}`))
      .map((one) => `transcripts: ${one.case} is not in ${paths.result}`),
    ...(input.requirements.join() === selected
      ? []
      : [`${paths.input}: the requirements are not those of ${paths.result}`]),
  ];
}

/** Finds changes outside the files: in the headers of the archive, between its entries, and after its end. */
function checkArchive(bytes: Uint8Array, files: Files): string[] {
  const at = findDifference(bytes, createArchive(files));
  return at === undefined ? [] : [`The archive differs at byte ${at} from what its files give`];
}

async function replay(
  { report, input, transcripts }: BundleContents,
  { replay: run, catalogues }: VerifyOptions,
  { problems, notes }: Pick<VerifiedBundle, 'problems' | 'notes'>,
): Promise<boolean> {
  if (!report || !input || !run) return false;
  if (catalogues[input.suite] !== report.catalogue.sha256) {
    notes.push('Not replayed: the catalogue of this program is another one');
    return false;
  }
  const again = await run(input);
  if (!again) {
    notes.push('Not replayed: only emulated authenticators and the portal can be tested again');
    return false;
  }
  problems.push(...compareReplay({ report, transcripts }, again, input));
  return true;
}
