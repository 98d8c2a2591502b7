import { describe, expect, it } from 'vitest';
import { hostile, runFullOf } from '../testing/injection-strings.ts';
import { fixtureRun } from '../testing/sample-runs.ts';
import { buildReportBundle } from './bundle.ts';
import { html, reportPage } from './html.ts';
import type { CaseDetail, ReportIndex } from './view-model.ts';

const bundle = { script: 'void 0', style: '' };
const embedded = <T>(page: string, id: string): T => {
  const [, json] = new RegExp(`<script type="application/json" id="${id}">(.*)</script>`).exec(page)!;
  return JSON.parse(json!) as T;
};

describe('HTML page', () => {
  it('embeds the index with what needs attention first, and the details of each case', () => {
    const run = fixtureRun();
    const page = reportPage(run, bundle);
    const index = embedded<ReportIndex>(page, 'index');
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
      const detail = embedded<CaseDetail>(page, `case-${position}`);
      expect(detail.bars).toHaveLength(run.cases.find((item) => item.id === id)!.spans.length);
    });
  });

  it('puts the same case on several devices into one line', () => {
    const run = fixtureRun();
    const [one] = run.cases;
    const on = (device: string) => ({
      ...one!,
      id: `file/case[authenticator.device=${device}]`,
      parties: { 'authenticator.device': device },
    });
    const page = reportPage(
      { ...run, cases: [on('emulator'), on('5234567'), { ...on('5234567'), id: 'file/other' }] },
      bundle,
    );
    expect(embedded<ReportIndex>(page, 'index').coordinates).toEqual([
      { key: 'case', values: ['file/case', 'file/other'] },
      { key: 'authenticator.device', values: ['emulator', '5234567'] },
    ]);
  });

  it.each(Object.entries(hostile))('keeps %s inside the data', (_, text) => {
    const page = reportPage(runFullOf(text), bundle);
    const calm = reportPage(runFullOf('x'), bundle);
    const tags = (source: string) => source.match(/<\/?[a-z!][^\s>]*/gi);
    expect(tags(page)).toEqual(tags(calm));
    expect(embedded<ReportIndex>(page, 'index').rows[0]!.title).toBe(text);
  });

  it('loads nothing from outside', async () => {
    const page = await html.render(fixtureRun());
    expect(page).toContain("default-src 'none'");
    expect(page).not.toMatch(/<(?:link|script|img)[^>]+(?:src|href)="(?!data:)/);
    expect(page).not.toMatch(/@import|url\((?!data:)/);
  });
});

it('builds program and style, and keeps the program from closing its own element', async () => {
  const { script, style } = await buildReportBundle();
  expect(script.length).toBeGreaterThan(10_000);
  expect(style).toContain('.waterfall');
  const page = reportPage(fixtureRun({ size: 1 }), { script: 'a="</script><!--"', style: 'x</style>' });
  expect(page.match(/<\/script>/g)).toHaveLength(3);
  expect(page.match(/<\/style>/g)).toHaveLength(1);
  expect(page).not.toContain('<!--');
});
