import { describe, expect, it } from 'vitest';
import type { Measurement } from '#result/budget.ts';
import type { CaseResult, RunResult } from '#result/run-result.ts';
import { injectionStrings, runWithTexts } from '../testing/injection-strings.ts';
import { sampleCase, sampleRun } from '../testing/sample-runs.ts';
import { buildReportBundle } from './bundle.ts';
import { renderHtml, renderPage, runPage } from './html.ts';
import { CaseDetails, casesPerChunk, readIndex } from './read-embedded-data.ts';

const bundle = { script: 'void 0', style: '' };
const pageOf = (run: RunResult, { script, style } = bundle) => [...renderPage(run, { script, style })].join('');

/** Reads the embedded data as the page does. */
function readPage(page: string) {
  const textOf = (id: string) => new RegExp(`<script type="text/plain" id="${id}">(.*)</script>`).exec(page)?.[1] ?? '';
  const index = readIndex(textOf);
  return { index, details: new CaseDetails(textOf, index.rows.length) };
}

describe('renderPage', () => {
  it('embeds the index with failed cases first, and the details of each case', () => {
    const run = sampleRun({ size: 3 * casesPerChunk + 1 });
    const { index, details } = readPage(pageOf(run));
    const verdicts = index.rows.map(({ verdict }) => verdict);
    expect([...new Set(verdicts)]).toEqual(['failed', 'errored', 'flaky', 'passed', 'skipped']);
    expect(verdicts.lastIndexOf('failed')).toBeLessThan(verdicts.indexOf('errored'));
    expect(index.coordinates.map(({ key }) => key)).toEqual(['persona', 'browser', 'policy']);
    expect(new Set(index.rows.map(({ position }) => position)).size).toBe(run.cases.length);
    for (const row of index.rows) {
      const source = run.cases.find(({ id }) => id === row.id);
      const detail = details.read(row);
      expect(detail.bars.map(({ label }) => label)).toEqual(source?.spans.map(({ label }) => label));
      expect(detail.wire.map(({ response }) => response)).toEqual(source?.wire.map(({ response }) => response));
    }
  });

  it('rounds times to the two decimals that the page shows', () => {
    const run = sampleRun();
    const { index, details } = readPage(pageOf(run));
    const [row] = index.rows.filter(({ verdict }) => verdict === 'passed');
    const { spans, machineMs } = run.cases.find(({ id }) => id === row?.id) ?? sampleCase();
    const { bars } = details.read(row ?? { position: 0 });
    expect(bars.map(({ startMs }) => startMs)).toEqual(spans.map(({ startMs }) => Number(startMs.toFixed(2))));
    expect(row?.machineMs).toBe(Number(machineMs.toFixed(2)));
  });

  it('reports damaged details of a case and keeps the index', () => {
    const page = pageOf(sampleRun()).replace(/(id="cases-0">.{200}).{9}/, '$1!!!!!!!!!');
    const { index, details } = readPage(page);
    expect(index.rows).toHaveLength(46);
    expect(() => details.read({ position: 1 })).toThrow();
  });

  it('needs less than 1.6 kB for a case of a run with 2,000 cases', () => {
    expect(pageOf(sampleRun({ size: 2000 })).length).toBeLessThan(2000 * 1600);
  });

  it.each([
    ['authenticator.device', ['emulator', '5234567']],
    ['relying-party.site', ['reference-portal', 'shop']],
    ['browser.engine', ['chromium', 'firefox']],
  ])('puts the same case with several values of %s into one row of the matrix', (key, [one = '', other = '']) => {
    const run = sampleRun();
    const caseWith = (value: string) => ({
      ...sampleCase(),
      id: `file/case[${key}=${value}]`,
      parties: { [key]: value },
    });
    const page = pageOf({ ...run, cases: [caseWith(one), caseWith(other), { ...caseWith(other), id: 'file/other' }] });
    expect(readPage(page).index.coordinates).toEqual([
      { key, values: [one, other] },
      { key: 'case', values: ['file/case', 'file/other'] },
    ]);
  });

  it('has a place in the matrix for cases without a party that others have', () => {
    const cases = [{ device: 'Hello' }, {}].map((parties, n) => ({ ...sampleCase(), id: `case ${n}`, parties }));
    const { coordinates, rows } = readPage(pageOf({ ...sampleRun(), cases: cases as CaseResult[] })).index;
    expect(coordinates).toEqual([{ key: 'device', values: ['Hello', 'none'] }]);
    expect(rows.map(({ parties }) => parties)).toEqual([{ device: 'Hello' }, { device: 'none' }]);
  });

  it('has no filter for a party that is the same in all cases but the skipped ones', () => {
    const skipped: CaseResult = { ...sampleCase(), id: 'skipped', verdict: 'skipped', parties: {} };
    const cases = [{ ...sampleCase(), parties: { browser: 'chromium' } }, skipped];
    expect(readPage(pageOf({ ...sampleRun(), cases })).index.coordinates).toEqual([]);
  });

  it('shows in a row the repetition of the case', () => {
    const repeated = (id: string, role: Measurement['role']) => ({
      ...sampleCase(),
      id,
      measurement: { role, caseId: 'a' },
    });
    const cases = [repeated('a', 'warm-up'), repeated('a#2', 'value'), repeated('a@baseline#3', 'baseline')];
    expect(readPage(pageOf({ ...sampleRun(), cases })).index.rows.map(({ repetition }) => repetition)).toEqual([
      'warm-up',
      'repetition 2',
      'baseline · repetition 3',
    ]);
  });

  it('begins the parties of a case with its site if the run does every case on several sites', () => {
    const parties = { browser: 'chromium', 'relying-party.site': 'shop' };
    const { rows } = readPage(pageOf({ ...sampleRun(), cases: [{ ...sampleCase(), parties }] })).index;
    expect(Object.keys(rows[0]?.parties ?? {})).toEqual(['relying-party.site', 'browser', 'case']);
  });

  it('has no row for each case if only some cases name an engine themselves', () => {
    const run = sampleRun();
    const withEngine = { ...sampleCase(), parties: { 'browser.engine': 'firefox' } };
    const page = pageOf({ ...run, cases: [withEngine, { ...sampleCase(), parties: { browser: 'chromium' } }] });
    expect(readPage(page).index.coordinates.map(({ key }) => key)).not.toContain('case');
  });

  it.each(Object.entries(injectionStrings))('escapes %s', (_, text) => {
    const page = pageOf(runWithTexts(text));
    const harmless = pageOf(runWithTexts('x'));
    const tags = (source: string) => source.match(/<\/?[a-z!][^\s>]*/gi);
    expect(tags(page)).toEqual(tags(harmless));
    const { index, details } = readPage(page);
    expect(index.rows[0]?.title).toBe(text);
    expect(details.read(index.rows[0] ?? { position: 0 }).failures[0]?.codeFrame).toBe(text);
  });

  it('loads nothing from the network', async () => {
    const parts: string[] = [];
    for await (const part of renderHtml(sampleRun())) parts.push(part);
    const page = parts.join('');
    expect(page).toContain("default-src 'none'");
    expect(page).not.toMatch(/<(?:link|script|img)[^>]+(?:src|href)="(?!data:)/);
    expect(page).not.toMatch(/@import|url\((?!data:)/);
  });
});

it('builds script and style, and escapes end tags in them', async () => {
  const { script, style } = await buildReportBundle(runPage);
  expect(script.length).toBeGreaterThan(10_000);
  expect(style).toContain('.waterfall');
  const page = pageOf(sampleRun({ size: 1 }), { script: 'a="</script><!--"', style: 'x</style>' });
  expect(page.match(/<\/script>/g)).toHaveLength(3);
  expect(page.match(/<\/style>/g)).toHaveLength(1);
  expect(page).not.toContain('<!--');
});
