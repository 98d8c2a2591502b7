/** `docs/performance.md` from the rows of one run: ratios only, because absolute figures depend on the machine. */
import { benchmarks } from './benchmarks.ts';
import { formatRatio, formatTarget, type Row } from './row.ts';

const introduction = `# Performance

Written by \`npm run bench -- --write\` from one run. Ratios compare measurements that were interleaved in the same run on the same machine; the
range in parentheses is that of the rounds. A ratio of 1.2x means 1.2 times the time of the peer. \`npm run bench -- --check\` exits with 1 when a
target is missed.`;

export function performanceDocument(results: ReadonlyMap<string, readonly Row[]>): string {
  const sections = [...results].map(([name, rows]) => {
    const table = rows.filter(({ ratio, target }) => ratio || target).map(tableRow);
    const head = ['| Measured | Beside | Ratio | Target |', '|---|---|---|---|'];
    return [`## ${name}`, benchmarks[name]?.about ?? '', ...(table.length > 0 ? [[...head, ...table].join('\n')] : [])];
  });
  return `${[introduction, ...sections.flat()].join('\n\n')}\n`;
}

/** The peer without its absolute figure, which stands at its end. */
const peerName = (peer = ''): string => peer.replace(/ (?:p50 )?[\d.,]+(?: ?m?s|\/s)$/, '');

const tableRow = (row: Row): string =>
  `| ${[row.name, peerName(row.peer), row.ratio ? formatRatio(row.ratio) : '', formatTarget(row)].join(' | ')} |`;
