import { describe, expect, it } from 'vitest';
import { injectionStrings, runWithTexts } from '../testing/injection-strings.ts';
import { sampleCase, sampleRun } from '../testing/sample-runs.ts';
import { buildReportBundle } from './bundle.ts';
import { renderHtml, renderPage } from './html.ts';
import type { CaseDetail, ReportIndex } from './view-model.ts';

const bundle = { script: 'void 0', style: '' };
function parseEmbedded<T>(page: string, id: string): T {
  const [, json = ''] = new RegExp(`<script type="application/json" id="${id}">(.*)</script>`).exec(page) ?? [];
  return JSON.parse(json) as T;
}

describe('renderPage', () => {
  it('embeds the index with failed cases first, and the details of each case', () => {
    const run = sampleRun();
    const page = renderPage(run, bundle);
    const index = parseEmbedded<ReportIndex>(page, 'index');
    expect(index.rows.map(({ verdict }) => verdict).slice(0, 6)).toEqual([
      'failed',
      'failed',
      'errored',
      'flaky',
      'flaky',
      'passed',
    ]);
    expect(index.coordinates.map(({ key }) => key)).toEqual(['persona', 'browser', 'policy']);
    index.rows.forEach(({ id }, position) => {
      const detail = parseEmbedded<CaseDetail>(page, `case-${position}`);
      expect(detail.bars).toHaveLength(run.cases.find((item) => item.id === id)?.spans.length ?? -1);
    });
  });

  it('puts the same case on several devices into one row of the matrix', () => {
    const run = sampleRun();
    const on = (device: string) => ({
      ...sampleCase(),
      id: `file/case[authenticator.device=${device}]`,
      parties: { 'authenticator.device': device },
    });
    const page = renderPage(
      { ...run, cases: [on('emulator'), on('5234567'), { ...on('5234567'), id: 'file/other' }] },
      bundle,
    );
    expect(parseEmbedded<ReportIndex>(page, 'index').coordinates).toEqual([
      { key: 'case', values: ['file/case', 'file/other'] },
      { key: 'authenticator.device', values: ['emulator', '5234567'] },
    ]);
  });

  it.each(Object.entries(injectionStrings))('escapes %s', (_, text) => {
    const page = renderPage(runWithTexts(text), bundle);
    const harmless = renderPage(runWithTexts('x'), bundle);
    const tags = (source: string) => source.match(/<\/?[a-z!][^\s>]*/gi);
    expect(tags(page)).toEqual(tags(harmless));
    expect(parseEmbedded<ReportIndex>(page, 'index').rows[0]?.title).toBe(text);
  });

  it('loads nothing from the network', async () => {
    const page = await renderHtml(sampleRun());
    expect(page).toContain("default-src 'none'");
    expect(page).not.toMatch(/<(?:link|script|img)[^>]+(?:src|href)="(?!data:)/);
    expect(page).not.toMatch(/@import|url\((?!data:)/);
  });
});

it('builds script and style, and escapes end tags in them', async () => {
  const { script, style } = await buildReportBundle();
  expect(script.length).toBeGreaterThan(10_000);
  expect(style).toContain('.waterfall');
  const page = renderPage(sampleRun({ size: 1 }), { script: 'a="</script><!--"', style: 'x</style>' });
  expect(page.match(/<\/script>/g)).toHaveLength(3);
  expect(page.match(/<\/style>/g)).toHaveLength(1);
  expect(page).not.toContain('<!--');
});
