/** Golden files: every format, rendered from the master file of a recorded run. `npx vitest run -u` writes them again. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { toHex } from '#base/bytes.ts';
import type { Budget } from '#result/budget.ts';
import { renderAnnotations } from '../github.ts';
import { renderJson } from '../json.ts';
import { renderJunit } from '../junit.ts';
import { renderMarkdown } from '../markdown.ts';
import { renderNdjson } from '../ndjson.ts';
import { readJournal } from '../read-journal.ts';
import { type FormatId, formats } from '../renderer.ts';
import { sampleRun } from '../testing/sample-runs.ts';
import { runOf, timedCase } from '../testing/timed-runs.ts';
import { masterFileJsonSchema } from '../type-guards.ts';
import { renderChromeTrace } from './chrome-trace.ts';
import { renderCtrf } from './ctrf.ts';
import { renderOpenMetrics } from './openmetrics.ts';
import { renderPcapng } from './pcapng.ts';
import { renderSarif } from './sarif.ts';
import { renderTap } from './tap.ts';

const recordedFolder = fileURLToPath(new URL('../testing/recorded/', import.meta.url));
const recordedFile = join(recordedFolder, 'run.ndjson');
const recorded = await readJournal(recordedFile);
const pcapng = (run = recorded) => Buffer.concat([...renderPcapng(run)]);

const texts: Partial<Record<FormatId, string>> = {
  json: [...renderJson(recorded)].join(''),
  junit: renderJunit(recorded),
  markdown: renderMarkdown(recorded),
  ctrf: renderCtrf(recorded),
  sarif: renderSarif(recorded),
  tap: [...renderTap(recorded)].join(''),
  openmetrics: renderOpenMetrics(recorded),
  trace: [...renderChromeTrace(recorded)].join(''),
};

describe('the golden file', () => {
  it.each(Object.entries(texts))('of %s is rendered from the recorded run', async (format, text) => {
    await expect(text).toMatchFileSnapshot(join(recordedFolder, formats[format as FormatId]));
  });

  it('of pcapng is rendered from the recorded run', async () => {
    const lines = toHex(pcapng()).replace(/(.{128})/g, '$1\n');
    await expect(lines).toMatchFileSnapshot(join(recordedFolder, 'ctap.pcapng.hex'));
  });

  it('of the master file is the recorded run itself', () => {
    expect([...renderNdjson(recorded)].join('')).toBe(readFileSync(recordedFile, 'utf8'));
  });

  it('of GitHub annotations is rendered from the recorded run', async () => {
    const text = `${renderAnnotations(recorded).join('\n')}\n`;
    await expect(text).toMatchFileSnapshot(join(recordedFolder, 'annotations.txt'));
  });
});

describe('the master file', () => {
  const lines = [...renderNdjson(sampleRun())].map((line) => JSON.parse(line));
  const validate = new Ajv({ allowUnionTypes: true }).compile(masterFileJsonSchema());

  it('has only lines of its JSON Schema', () => {
    for (const line of lines) expect(validate(line) ? [] : validate.errors).toEqual([]);
    expect(validate({ case: { id: 'a' } })).toBe(false);
    expect(validate({ ...lines[0], schema: 'touchstone.journal/2' })).toBe(false);
  });

  it('is read back as the run that was written', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'touchstone-ndjson-'));
    const budgets: Budget[] = [
      { subject: 'pin', statistic: 'median', maxMs: 1, location: { file: 'a.yaml', line: 1, column: 1 } },
    ];
    const run = runOf([timedCase('a', { pin: 2 }, { budgets })], { browser: 'chromium 1' });
    const whole = { ...run, run: { ...run.run, browser: 'chromium 1' }, errors: [{ message: 'a worker ended' }] };
    writeFileSync(join(folder, 'result.ndjson'), [...renderNdjson(whole)].join(''));
    expect(await readJournal(join(folder, 'result.ndjson'))).toEqual(whole);
    rmSync(folder, { recursive: true });
  });
});

describe('SARIF', () => {
  const schemaFile = new URL('../../conformance/report/testing/sarif-2.1.0.schema.json', import.meta.url);
  const { $schema: _, id: __, ...schema } = JSON.parse(readFileSync(schemaFile, 'utf8'));

  it('conforms to the schema of SARIF 2.1.0', () => {
    const validate = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false }).compile(schema);
    for (const run of [recorded, sampleRun()])
      expect(validate(JSON.parse(renderSarif(run))) ? [] : validate.errors).toEqual([]);
  });

  it('has the line of the scenario for each case that needs attention', () => {
    const { runs } = JSON.parse(renderSarif(sampleRun()));
    const refused = runs[0].results.find(({ ruleId }: { ruleId: string }) => ruleId.startsWith('refused.'));
    expect(refused.locations[0].physicalLocation).toMatchObject({
      artifactLocation: { uri: 'scenarios/refusals.yaml', uriBaseId: 'PROJECT' },
      region: { startLine: 23, startColumn: 32 },
    });
    expect(runs[0].results).toHaveLength(5);
  });
});

describe('GitHub annotations', () => {
  const failing = (count: number, message = 'no') =>
    runOf(
      Array.from({ length: count }, (_, index) =>
        timedCase(`case ${index}`, {}, { verdict: 'failed', failures: [{ message }] }),
      ),
    );

  it('are at most ten of a kind, and the last one states how many more there are', () => {
    expect(renderAnnotations(failing(9))).toHaveLength(9);
    const many = renderAnnotations(failing(40));
    expect(many).toHaveLength(10);
    expect(many.at(-1)).toBe('::error title=Touchstone::31 more in the report of the run');
  });

  it('cannot end their command or begin another one', () => {
    const [line = ''] = renderAnnotations(failing(1, 'a\n::set-output name=x::y%0A'));
    expect(line).not.toContain('\n');
    expect(line).toContain('a%0A::set-output name=x::y%250A');
  });
});

describe('TAP', () => {
  it('has a test point for each case, with directives for skipped and waived ones', () => {
    const note = { notes: ['Because # of 7'] };
    const run = runOf([
      timedCase('a', {}, { title: 'Has a # in it' }),
      timedCase('b', {}, { verdict: 'skipped', ...note }),
      timedCase('c', {}, { verdict: 'waived', ...note }),
    ]);
    const lines = [...renderTap(run)].join('').split('\n');
    expect(lines[1]).toBe('1..3');
    expect(lines).toContain('ok 1 - Has a \\# in it (a)');
    expect(lines.find((line) => line.startsWith('ok 2'))).toContain('# SKIP Because # of 7');
    expect(lines.find((line) => line.startsWith('not ok 3'))).toContain('# TODO Because # of 7');
  });
});

describe('pcapng', () => {
  it('leaves out messages whose bytes are masked', () => {
    const [first] = recorded.cases.filter(({ wire }) => wire.length > 0);
    const masked = (first?.wire ?? []).map((exchange) => ({ ...exchange, request: 'a1•••' }));
    const run = { ...recorded, cases: first ? [{ ...first, wire: masked }] : [] };
    expect(pcapng(run).length).toBeLessThan(pcapng().length);
  });

  const tshark = process.env.TSHARK ?? '/usr/bin/tshark';
  it.runIf(existsSync(tshark))('is decoded by tshark with the Lua dissector', { timeout: 60_000 }, () => {
    const folder = mkdtempSync(join(tmpdir(), 'touchstone-pcapng-'));
    const file = join(folder, 'ctap.pcapng');
    writeFileSync(file, pcapng());
    const script = fileURLToPath(new URL('../wireshark/ctaphid.lua', import.meta.url));
    const run = (...args: string[]) => execFileSync(tshark, ['-r', file, ...args], { encoding: 'utf8' });
    const decoded = run('-X', `lua_script:${script}`, '-V');
    rmSync(folder, { recursive: true });
    expect(decoded).not.toContain('Lua Error');
    expect(decoded).not.toContain('Malformed');
    expect(decoded).toContain('CTAP command: authenticatorMakeCredential (0x01)');
    expect(decoded).toContain('Concise Binary Object Representation');
    expect(decoded).toContain('Usage Page: FIDO Alliance');
  });
});
