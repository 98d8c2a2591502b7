/** Relying parties: mistakes by severity for each target, then the verdict of every case on every target. */

import { useMemo, useState } from 'preact/hooks';
import { groupBy } from '#report/group-by.ts';
import { caseHref } from '#report/html/app/route.ts';
import { ScrollRegion } from '#report/html/app/shared-components.tsx';
import type { PageIndex } from '../page-index.ts';
import type { Item } from './filter.ts';
import { mistakes } from './mistakes.ts';
import { VerdictMark } from './verdict.tsx';

interface MatrixProps {
  index: PageIndex;
  items: readonly Item[];
  onPick(choices: Record<string, string>): void;
}

export function MatrixView({ index, items, onPick }: MatrixProps) {
  const [complete, setComplete] = useState(false);
  const rows = useMemo(
    () => [...groupBy(items, ({ requirement, variant }) => `${requirement} ${variant}`).values()],
    [items],
  );
  const shown = rows.filter((row) => complete || row.some(isRemarkable));
  return (
    <section class="overview" aria-labelledby="h-matrix">
      {index.suite === 'relying-party' && <Severities index={index} onPick={onPick} />}
      <h2 id="h-matrix">Cases</h2>
      <p class="intro">
        {complete
          ? `All ${rows.length} cases.`
          : `The ${shown.length} of ${rows.length} cases with at least one verdict other than pass or not applicable.`}{' '}
        <button type="button" class="link" onClick={() => setComplete(!complete)}>
          {complete ? 'Show only these with a finding' : 'Show all cases'}
        </button>
      </p>
      {shown.length > 0 && (
        <ScrollRegion label="Verdict of each case on each target">
          <table class="case-matrix">
            <TargetHead index={index} label="Case" />
            <tbody>
              {shown.map((row) => (
                <MatrixRow key={row[0]?.id} row={row} targets={index.targets.length} />
              ))}
            </tbody>
          </table>
        </ScrollRegion>
      )}
    </section>
  );
}

const isRemarkable = ({ verdict }: Item): boolean => verdict !== 'pass' && verdict !== 'not-applicable';

const TargetHead = ({ index, label }: { index: PageIndex; label: string }) => (
  <thead>
    <tr>
      <th scope="col">{label}</th>
      {index.targets.map(({ name, version }) => (
        <th key={name} scope="col" class="cell">
          {name} {version !== undefined && <small>{version}</small>}
        </th>
      ))}
    </tr>
  </thead>
);

function MatrixRow({ row, targets }: { row: readonly Item[]; targets: number }) {
  const [first] = row;
  if (!first) return null;
  const byTarget = new Map(row.map((item) => [item.target, item]));
  return (
    <tr>
      <th scope="row">
        <code>{first.requirement}</code> <small>{first.entry.title}</small>
        {first.entry.severity !== undefined && <small class="severity">{first.entry.severity}</small>}
      </th>
      {Array.from({ length: targets }, (_, target) => {
        const item = byTarget.get(target);
        return (
          <td key={target} class="cell">
            {item && (
              <a href={caseHref(item.id)} title={item.message || undefined}>
                <VerdictMark verdict={item.verdict} />
              </a>
            )}
          </td>
        );
      })}
    </tr>
  );
}

function Severities({ index, onPick }: Omit<MatrixProps, 'items'>) {
  return (
    <>
      <h2>Mistakes by severity</h2>
      <ScrollRegion label="Mistakes by severity">
        <table class="case-matrix severities">
          <TargetHead index={index} label="Mistake" />
          <tbody>
            {Object.entries(mistakes).map(([mistake, meaning]) => (
              <tr key={mistake}>
                <th scope="row">
                  {mistake} <small>{meaning}</small>
                </th>
                {index.mistakes.map((counts, target) => (
                  <td key={target} class="cell">
                    <MistakeCount
                      number={counts[mistake] ?? 0}
                      onPick={() =>
                        onPick({
                          mistake,
                          ...(index.targets.length > 1 && { target: index.targets[target]?.name ?? '' }),
                        })
                      }
                      label={`${mistake}, ${index.targets[target]?.name}`}
                    />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
    </>
  );
}

const MistakeCount = ({ number, label, onPick }: { number: number; label: string; onPick(): void }) =>
  number === 0 ? (
    <span class="zero">0</span>
  ) : (
    <button type="button" class="link v-fail counted" aria-label={`${number}: ${label}`} onClick={onPick}>
      {number}
    </button>
  );
