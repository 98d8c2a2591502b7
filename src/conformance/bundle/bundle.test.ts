/** Bundles are reproducible, and verification finds what was changed in them. */
import { beforeAll, describe, expect, it } from 'vitest';
import { utf8 } from '#base/bytes.ts';
import type { ConformanceReport } from '../report/report-model.ts';
import { sampleAuthenticatorReport, sampleRelyingPartyReport } from '../report/testing/sample-reports.ts';
import { createArchive, type Files, readArchive } from './archive.ts';
import { type BundledReport, type BundleInput, toJsonFile } from './contents.ts';
import { bundleFiles, createBundle } from './create-bundle.ts';
import { hashOf, type Manifest } from './manifest.ts';
import { type Statement, statementSchema } from './statement.ts';
import { verifyBundle } from './verify-bundle.ts';

const defect = 'pin.retries-unlimited';
let report: ConformanceReport;
let input: BundleInput;
let bundle: Uint8Array;

const inputOf = (from: ConformanceReport): BundleInput => ({
  suite: from.suite,
  target: { kind: 'persona', persona: 'touchstone-complete', defects: [defect] },
  requirements: from.requirements.map(({ id }) => id),
  seeds: 'case id',
  versions: { touchstone: '0.1.0', node: 'v20.20.2' },
});

beforeAll(async () => {
  report = await sampleAuthenticatorReport(defect);
  input = inputOf(report);
  bundle = createBundle(report, input);
}, 60_000);

const catalogues = () => ({ authenticator: report.catalogue.sha256, 'relying-party': '' });
const verify = (bytes: Uint8Array, again: ConformanceReport | undefined = report) =>
  verifyBundle(bytes, { catalogues: catalogues(), replay: async () => again });
const problemsOf = async (bytes: Uint8Array) => (await verify(bytes)).problems;

const readJson = <T>(files: Files, path: string): T => JSON.parse(new TextDecoder().decode(files[path])) as T;

/** Returns an archive with these files, whose manifest has the right sizes and hashes. */
function archiveWith(changed: Files): Uint8Array {
  const files = { ...bundleFiles(report, input), ...changed };
  const manifest = readJson<Manifest>(files, 'manifest.json');
  for (const entry of manifest.files) {
    const bytes = files[entry.path] ?? new Uint8Array();
    Object.assign(entry, { bytes: bytes.length, sha256: hashOf(bytes) });
  }
  return createArchive({ ...files, 'manifest.json': toJsonFile(manifest) });
}

/** Returns an archive with one JSON file changed, and the manifest made for it. */
function archiveWithChanged<T>(path: string, change: (value: T) => void): Uint8Array {
  const value = readJson<T>(bundleFiles(report, input), path);
  change(value);
  return archiveWith({ [path]: toJsonFile(value) });
}

describe('a bundle', () => {
  it('has the same bytes for two runs of the same cases', async () => {
    expect(createBundle(await sampleAuthenticatorReport(defect), input)).toEqual(bundle);
  });

  it('is valid, and was replayed', async () => {
    expect(await verify(bundle)).toMatchObject({ problems: [], notes: [], replayed: true });
  });

  it('has an in-toto statement about the tests that passed and failed', () => {
    const statement = statementSchema.parse(readJson(readArchive(bundle), 'statement.json'));
    expect(statement.predicate).toMatchObject({ result: 'FAILED' });
    expect(statement.predicate.failedTests).toContain('pin.retries.decrease@pin1');
    expect(statement.predicate.passedTests).toContain('pin.retries.form');
  });

  it('of several relying parties is valid, but not replayed', async () => {
    const relyingParties = await sampleRelyingPartyReport();
    const other = createBundle(relyingParties, { ...inputOf(relyingParties), target: { kind: 'other' } });
    const { problems, notes, replayed } = await verifyBundle(other, {
      catalogues: { authenticator: '', 'relying-party': relyingParties.catalogue.sha256 },
      replay: async () => undefined,
    });
    expect(problems).toEqual([]);
    expect(notes[0]).toContain('Not replayed');
    expect(replayed).toBe(false);
  });

  it('of another catalogue is valid, with a note', async () => {
    const options = { catalogues: { authenticator: 'other', 'relying-party': '' }, replay: async () => report };
    const { problems, notes, replayed } = await verifyBundle(bundle, options);
    expect(problems).toEqual([]);
    expect(notes).toContain('The bundle was made with another version of the catalogue');
    expect(replayed).toBe(false);
  });
});

describe('verification reports', () => {
  const files = () => bundleFiles(report, input);
  const without = (path: string): Files =>
    Object.fromEntries(Object.entries(files()).filter(([name]) => name !== path));
  const flip = (at: number): Uint8Array => bundle.map((byte, index) => (index === at ? byte ^ 1 : byte));

  it('a file that is no archive', async () => {
    expect((await problemsOf(utf8('no archive')))[0]).toContain('Expected a ZIP archive');
  });

  it('an archive that is cut off', async () => {
    expect((await problemsOf(bundle.subarray(0, -40)))[0]).toContain('Expected a ZIP archive');
  });

  it('bytes after the end of the archive', async () => {
    const longer = new Uint8Array([...bundle, 0]);
    expect((await problemsOf(longer)).join()).toMatch(/Expected a ZIP archive|differs at byte/);
  });

  it('a changed byte at any of 60 places', async () => {
    const step = Math.floor(bundle.length / 60);
    for (let at = 0; at < bundle.length; at += step) expect(await problemsOf(flip(at)), `byte ${at}`).not.toEqual([]);
  }, 60_000);

  it('a changed time of an entry', async () => {
    expect(await problemsOf(flip(10))).toEqual(['The archive differs at byte 10 from what its files give']);
  });

  it('a changed file', async () => {
    const changed = utf8(new TextDecoder().decode(files()['result.json']).replace('pin.retries', 'pin.retrieS'));
    const [problem] = await problemsOf(createArchive({ ...files(), 'result.json': changed }));
    expect(problem).toBe(
      `result.json: expected SHA-256 ${hashOf(files()['result.json'] ?? new Uint8Array())}, found ${hashOf(changed)}`,
    );
  });

  it('a file of another length', async () => {
    const changed = utf8(`${new TextDecoder().decode(files()['input.json'])} `);
    expect((await problemsOf(createArchive({ ...files(), 'input.json': changed })))[0]).toMatch(
      /^input\.json: expected \d+ bytes, found \d+$/,
    );
  });

  it.each(['manifest.json', 'result.json', 'input.json', 'statement.json', 'transcripts/pin.jsonl'])(
    'that %s is missing',
    async (path) => {
      expect((await problemsOf(createArchive(without(path))))[0]).toContain(`${path} is missing`);
    },
  );

  it('a file that the manifest does not list', async () => {
    const archive = createArchive({ ...files(), 'extra.txt': utf8('x') });
    expect(await problemsOf(archive)).toEqual(['extra.txt is in the archive, but not in manifest.json']);
  });

  it('a file that is no JSON', async () => {
    expect((await problemsOf(archiveWith({ 'statement.json': utf8('{') })))[0]).toContain(
      'statement.json: expected JSON',
    );
  });

  it('a member that does not belong to the format', async () => {
    const archive = archiveWithChanged<Record<string, unknown>>('input.json', (value) => {
      value.suite = 'browser';
    });
    expect((await problemsOf(archive))[0]).toContain('input.json: suite');
  });

  it('a wrong count', async () => {
    const manifest = readJson<Manifest>(files(), 'manifest.json');
    manifest.counts.fail -= 1;
    const archive = createArchive({ ...files(), 'manifest.json': toJsonFile(manifest) });
    expect(await problemsOf(archive)).toEqual(['manifest.json: fail: expected 3 as in the files, found 2']);
  });

  it('a transcript that lacks a case', async () => {
    const lines = new TextDecoder().decode(files()['transcripts/pin.jsonl']).split('\n').slice(1).join('\n');
    const [problem] = await problemsOf(archiveWith({ 'transcripts/pin.jsonl': utf8(lines) }));
    expect(problem).toMatch(/^manifest\.json: exchanges: expected \d+ as in the files, found \d+$/);
  });

  it('a line of a transcript that cannot be read', async () => {
    const text = new TextDecoder().decode(files()['transcripts/pin.jsonl']);
    const [problem] = await problemsOf(archiveWith({ 'transcripts/pin.jsonl': utf8(`x${text}`) }));
    expect(problem).toContain('transcripts/pin.jsonl line 1: expected JSON');
  });

  it('a verdict of the run that its cases contradict', async () => {
    const archive = archiveWithChanged<BundledReport>('result.json', (value) => {
      value.verdict = 'passed';
    });
    expect(await problemsOf(archive)).toContain(
      'result.json: verdict: expected failed because of the cases, found passed',
    );
  });

  it('a verdict of a case that the statement contradicts', async () => {
    const archive = archiveWithChanged<BundledReport>('result.json', (value) => {
      for (const one of value.cases) if (one.verdict === 'fail') one.verdict = 'pass';
    });
    expect((await problemsOf(archive)).join('\n')).toMatch(/statement\.json: predicate: passedTests/);
  });

  it('a statement that contradicts the results', async () => {
    const archive = archiveWithChanged<Statement>('statement.json', (value) => {
      value.predicate.result = 'PASSED';
    });
    expect(await problemsOf(archive)).toEqual([
      'statement.json: predicate: result: expected "FAILED" as in the results, found "PASSED"',
    ]);
  });

  it('a selection that is not that of the results', async () => {
    const archive = archiveWithChanged<BundleInput>('input.json', (value) => {
      value.requirements.pop();
    });
    expect(await problemsOf(archive)).toContain('input.json: the requirements are not those of result.json');
  });

  it('a bundle that was made from other verdicts, by the replay', async () => {
    const forged = {
      ...report,
      verdict: 'passed' as const,
      cases: report.cases.map((one) => (one.verdict === 'fail' ? { ...one, verdict: 'pass' as const } : one)),
    };
    expect((await problemsOf(createBundle(forged, input)))[0]).toBe(
      'pin.retries.decrease@pin1: the verdict is pass in the bundle, but fail in the replay (Expected pinRetries to be 7, got 8)',
    );
  });

  it('a bundle that was made from other messages, by the replay', async () => {
    const [first, ...rest] = report.cases.filter(({ exchanges }) => exchanges);
    const [message, ...others] = first?.exchanges ?? [];
    if (!first || !message) throw new Error('The sample has messages');
    const forged = { ...report, cases: [{ ...first, exchanges: [{ ...message, answer: '2e' }, ...others] }, ...rest] };
    const problems = await problemsOf(createBundle(forged, { ...input, requirements: input.requirements }));
    expect(problems.some((problem) => problem.endsWith('message 1 differs from the replay'))).toBe(true);
  });
});
