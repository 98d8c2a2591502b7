import { describe, expect, it } from 'vitest';
import { loadText } from './testing/load-text.ts';

const scenario = (...lines: string[]): string =>
  ['id: timed', 'title: Timed', 'steps: [open-security-info]', ...lines].join('\n');

describe('measure', () => {
  it('sets the repetitions of the case, without warm-up by default', () => {
    const { cases, errors } = loadText(scenario('measure: { repeat: 30 }'));
    expect(errors).toEqual([]);
    expect(cases[0]?.measure).toEqual({ repeat: 30, warmup: 0 });
    expect(loadText(scenario()).cases[0]?.measure).toBeUndefined();
  });

  it('adds the baseline as a case with other values, after its case', () => {
    const text = scenario(
      'browser: { route: proxy }',
      'matrix: { browser.dialog: [a, b] }',
      'measure: { repeat: 10, warmup: 2, baseline: { browser.route: shim } }',
      'budgets: { registration.median: { max-ratio: 1.2 } }',
    );
    const { cases, errors } = loadText(text);
    expect(errors).toEqual([]);
    expect(cases.map(({ id, browser, budgets }) => [id, browser.route, budgets.length])).toEqual([
      ['timed[browser.dialog=a]', 'proxy', 1],
      ['timed[browser.dialog=a]@baseline', 'shim', 0],
      ['timed[browser.dialog=b]', 'proxy', 1],
      ['timed[browser.dialog=b]@baseline', 'shim', 0],
    ]);
    expect(cases[1]?.measure).toEqual({ repeat: 10, warmup: 2, baselineOf: 'timed[browser.dialog=a]' });
  });

  it('reports a mistake in the values of the baseline', () => {
    const { errors } = loadText(scenario('measure: { repeat: 10, baseline: { browser.route: tunnel } }'));
    expect(errors).toEqual([expect.stringMatching(/^4:.*Unknown value "tunnel"/)]);
  });
});

describe('budgets', () => {
  it('have a limit in milliseconds or as a ratio, with the line of the budget', () => {
    const text = scenario(
      'measure: { repeat: 20 }',
      'budgets:',
      '  registration.p95: 2.5s',
      '  make-credential.median: { max-ratio: 1.05, baseline: main, confidence: 0.95 }',
    );
    expect(loadText(text).cases[0]?.budgets).toEqual([
      { subject: 'registration', statistic: 'p95', maxMs: 2500, location: { file: 'a.yaml', line: 6, column: 3 } },
      {
        subject: 'make-credential',
        statistic: 'median',
        ratio: { max: 1.05, confidence: 0.95, baseline: 'main' },
        location: { file: 'a.yaml', line: 7, column: 3 },
      },
    ]);
  });

  it.each([
    ['an unknown metric', '  registration.p59: 1s', /Unknown key "registration\.p59"/],
    ['a time of the user', '  user-presence.median: 1s', /Unknown key "user-presence\.median"/],
    ['a statistic with too few repetitions', '  registration.p99: 1s', /measure\.repeat of at least 100 .* got 10/],
    ['a ratio without a baseline', '  pin.median: { max-ratio: 1.1 }', /Expected the name of a stored baseline/],
  ])('reject %s', (_, line, message) => {
    const { errors } = loadText(scenario('measure: { repeat: 10 }', 'budgets:', line));
    expect(errors).toEqual([expect.stringMatching(message)]);
  });

  it('need no measure for a median in milliseconds', () => {
    expect(loadText(scenario('budgets: { registration.median: 5s }')).errors).toEqual([]);
  });
});
