/** `docs/performance.md` from the rows of one run: ratios only, because absolute figures depend on the machine. */
import { formatRatio, formatTarget, type Row } from './row.ts';

const command = (rounds: number): string => `npm run bench -- ${rounds > 1 ? `--rounds ${rounds} ` : ''}--write`;

const rangeOf = (rounds: number): string =>
  rounds > 1
    ? `The run had ${rounds} rounds over all parts: a ratio is the median of the rounds, and the range in parentheses is that of the rounds.`
    : 'The run had one round over all parts: the range in parentheses is that of the rounds within a part.';

const introduction = (rounds: number): string => `# Performance

Written by \`${command(rounds)}\` from one run. Ratios compare measurements that were interleaved in the same run on the same machine.
${rangeOf(rounds)}
A ratio of 1.2x means 1.2 times the time of the peer. \`npm run bench -- --check\` exits with 1 when a target is missed.`;

/** The results of one part. */
export interface Part {
  name: string;
  /** What is compared with what, and why that is fair. */
  about: string;
  rows: readonly Row[];
}

export function performanceDocument(parts: readonly Part[], rounds: number): string {
  const sections = parts.map(({ name, about, rows }) => {
    const table = rows.filter(({ ratio, target }) => ratio || target).map(tableRow);
    const head = ['| Measured | Compared with | Ratio | Target |', '|---|---|---|---|'];
    return [`## ${name}`, about, ...(table.length > 0 ? [[...head, ...table].join('\n')] : [])];
  });
  return `${[introduction(rounds), ...sections.flat()].join('\n\n')}\n`;
}

/** The peer without its absolute figure, which is at the end. */
const peerName = (peer = ''): string => peer.replace(/ (?:p50 )?[\d.,]+(?: ?m?s|\/s)$/, '');

const tableRow = (row: Row): string =>
  `| ${[row.name, peerName(row.peer), row.ratio ? formatRatio(row.ratio) : '', formatTarget(row)].join(' | ')} |`;
