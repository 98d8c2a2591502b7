import { describe, expect, it } from 'vitest';
import { performanceDocument } from './performance-document.ts';
import { type Row, withRatioTarget } from './row.ts';

const ratio = { median: 1.9, min: 1.8, max: 2.4 };
const rows: Row[] = [
  withRatioTarget({ name: 'proxy, PIN', figure: 'p50 3.1 ms', peer: 'Playwright p50 1.6 ms', ratio }, 2),
];
const document = (rounds: number) =>
  performanceDocument([{ name: 'page', about: 'create() in a page.', rows }], rounds);

describe('docs/performance.md', () => {
  it('states the number of rounds and the command', () => {
    expect(document(3)).toContain('The run had 3 rounds over all parts');
    expect(document(3)).toContain('`npm run bench -- --rounds 3 --write`');
    expect(document(1)).toContain('The run had one round over all parts');
    expect(document(1)).toContain('`npm run bench -- --write`');
  });

  it('contains ratios and targets, and no absolute figures', () => {
    expect(document(3)).toContain('| proxy, PIN | Playwright | 1.90x (1.80 to 2.40) | at most 2x: met |');
    expect(document(3)).not.toContain('3.1 ms');
  });
});
