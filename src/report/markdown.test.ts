import { describe, expect, it } from 'vitest';
import { renderMarkdown } from './markdown.ts';
import { injectionStrings, runWithTexts } from './testing/injection-strings.ts';
import { sampleCase, sampleRun } from './testing/sample-runs.ts';

const rendered = (run = sampleRun()) => renderMarkdown(run);

describe('renderMarkdown', () => {
  it('shows the verdict, the totals and the location of a failure', () => {
    const text = rendered();
    expect(text).toMatch(/^# ✗ Touchstone: failed/);
    expect(text).toContain('**39** passed, **2** failed, **1** errored, **2** flaky, **2** skipped');
    expect(text).toContain('`scenarios/security-key.yaml:23:32`');
    expect(text).toContain('> 23 |     passkey:');
  });

  it('shows why cases were skipped, each reason once', () => {
    const run = sampleRun();
    const skipped = run.cases.filter(({ verdict }) => verdict === 'skipped');
    const ids = skipped.map(({ id }) => `\`${id}\``).join(', ');
    expect(rendered()).toContain(`## Skipped\n\n- This persona has no built\\-in user verification.: ${ids}\n`);
    const many = Array.from({ length: 7 }, (_, index) => ({
      ...sampleCase('skipped'),
      id: `c${index}`,
      notes: ['no touch'],
    }));
    expect(rendered({ ...run, cases: many })).toContain('- no touch: `c0`, `c1`, `c2`, `c3`, `c4` and 2 more');
    expect(rendered({ ...run, cases: [] })).not.toContain('## Skipped');
  });

  it('shows percentiles of machine phases and of gestures', () => {
    const text = rendered();
    expect(text).toMatch(/\| User presence \| gesture \| 43 \| \d+ ms \|/);
    expect(text).toMatch(/\| makeCredential \| machine \| 43 \| \d\.\d\d ms \|/);
  });

  it('excludes cases with a key on another machine from the percentiles, with a note', () => {
    const run = sampleRun();
    const [, ...others] = run.cases;
    const first = sampleCase();
    const remote = { ...first, wire: first.wire.map((exchange) => ({ ...exchange, remote: true })) };
    const text = rendered({ ...run, cases: [remote, ...others] });
    expect(text).toMatch(/\| makeCredential \| machine \| 42 \|/);
    expect(text).toContain('Not included: 1 case with a key on another machine, whose times include the network.');
    expect(rendered({ ...run, cases: [remote] })).not.toContain('## Time by phase');
    expect(rendered({ ...run, cases: [remote] })).toContain('Not included: 1 case');
    expect(rendered(run)).not.toContain('Not included');
  });

  it('counts no time of skipped cases', () => {
    const run = sampleRun();
    const cases = run.cases.map((result) => ({ ...result, verdict: 'skipped' as const }));
    expect(rendered({ ...run, cases })).not.toContain('## Time by phase');
  });

  it.each(Object.entries(injectionStrings))('escapes %s', (_, text) => {
    const page = rendered(runWithTexts(text));
    const outsideFences = page.replace(/^(`{3,})text\n[\s\S]*?\n\1$/gm, '');
    const outsideSummaries = outsideFences.replace(/<summary>[^<]*<\/summary>/g, '');
    const plain = outsideSummaries.replace(/(?<![\\`])(`+)[^`](?:[\s\S]*?[^`])?\1(?!`)/g, 'code');
    expect(plain).not.toMatch(/<(?:script|img|failure|details> )/);
    expect(plain).not.toMatch(/@octocat|(?<!\\)\]\(|(?<!\\)!\[/);
    expect(plain.match(/^#+ .*/gm)).toEqual([
      '# ✗ Touchstone: failed',
      '## Errors outside any case',
      '## Needs attention',
      '## Time by phase',
    ]);
    const rows = page.split('\n').filter((line) => line.startsWith('| ✗'));
    expect(rows).toHaveLength(2);
    for (const row of rows) expect(row.match(/(?<!\\)\|/g)).toHaveLength(5);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: matches the characters that must not occur
    expect(page).not.toMatch(/[\u0000-\u0008\u000B-\u001F\u007F]/);
  });

  it('stays far below the 1 MB at which GitHub drops it', () => {
    const run = sampleRun({ size: 2000 });
    const worst = {
      ...run,
      cases: run.cases.map((item) => ({
        ...item,
        verdict: 'failed' as const,
        failures: [{ message: '|'.repeat(50_000), codeFrame: 'x'.repeat(50_000) }],
      })),
    };
    const text = rendered(worst);
    expect(Buffer.byteLength(text)).toBeLessThan(400_000);
    expect(text).toContain('... and 1900 more in the full report.');
  });
});
