/** Entry point of the HTML report of a conformance run: reads the embedded index and draws the page. */

import { render } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { useKeyboardShortcuts, useRoute, viewHref } from '#report/html/app/route.ts';
import type { PageIndex } from '../page-index.ts';
import { CaseMessagesReader, readPageIndex } from '../read-embedded-report.ts';
import { CasesView } from './cases.tsx';
import { ChangesView } from './changes.tsx';
import { filterItems, type Item, noFilter } from './filter.ts';
import { Header } from './header.tsx';
import { MatrixView } from './matrix.tsx';
import { SummaryView } from './summary.tsx';
import { TimesView } from './times.tsx';

const textOfElement = (id: string): string => document.getElementById(id)?.textContent ?? '';

const overviews = ['summary', 'matrix', 'times', 'changes'] as const;
type View = 'cases' | (typeof overviews)[number];

interface ReportProps {
  index: PageIndex;
  items: readonly Item[];
  messages: CaseMessagesReader;
  printing: boolean;
}

function Report({ index, items, messages, printing }: ReportProps) {
  const [filter, setFilter] = useState(noFilter);
  const route = useRoute(items, overviews);
  const found = useMemo(() => filterItems(items, filter), [items, filter]);
  const open = (view: View) => {
    location.hash = viewHref(view);
  };
  useKeyboardShortcuts({ rows: found, open });
  useEffect(() => {
    if (route.current !== undefined) document.getElementById('detail')?.scrollIntoView({ block: 'nearest' });
  }, [route.current]);
  const showMatching = (choices: Record<string, string>) => {
    setFilter({ ...noFilter, choices });
    open('cases');
  };
  return (
    <>
      <button type="button" class="skip" onClick={focusMain}>
        Skip to the cases
      </button>
      <Header index={index} />
      <Tabs index={index} current={route.view} />
      <main id="main" tabIndex={-1}>
        {(route.view === 'summary' || printing) && <SummaryView index={index} onPick={showMatching} />}
        {route.view === 'cases' && (
          <CasesView
            index={index}
            items={items}
            found={found}
            filter={filter}
            onFilter={setFilter}
            current={route.current}
            messages={messages}
            printing={printing}
          />
        )}
        {route.view === 'matrix' && <MatrixView index={index} items={items} onPick={showMatching} />}
        {route.view === 'times' && <TimesView index={index} items={items} />}
        {route.view === 'changes' && index.comparison && <ChangesView comparison={index.comparison} items={items} />}
      </main>
    </>
  );
}

function Tabs({ index, current }: { index: PageIndex; current: View }) {
  const views: [view: View, label: string, count: number | undefined, hasContent: boolean][] = [
    ['cases', 'Cases', index.rows.length, true],
    ['summary', 'Summary', undefined, true],
    ['matrix', 'Matrix', undefined, index.suite === 'relying-party' || index.targets.length > 1],
    ['times', 'Times', undefined, index.times.length > 0],
    ['changes', 'Changes', index.comparison?.changes.length, index.comparison !== undefined],
  ];
  return (
    <nav class="tabs" aria-label="Views">
      {views
        .filter(([, , , hasContent]) => hasContent)
        .map(([view, label, count]) => (
          <a key={view} href={viewHref(view)} aria-current={current === view ? 'page' : undefined}>
            {label}
            {count !== undefined && <span class="count">{count}</span>}
          </a>
        ))}
      <span class="hint" aria-hidden="true">
        <kbd>/</kbd> search <kbd>j</kbd>
        <kbd>k</kbd> next, previous
      </span>
    </nav>
  );
}

/** A button and not a link, because the router uses the fragment. */
const focusMain = () => document.getElementById('main')?.focus();

function toItems({ rows, requirements, targets }: PageIndex): Item[] {
  const entries = new Map(requirements.map((entry) => [entry.id, entry]));
  return rows.flatMap((row) => {
    const entry = entries.get(row.requirement);
    return entry ? [{ ...row, entry, targetName: targets[row.target]?.name ?? '' }] : [];
  });
}

const root = document.getElementById('app');
if (root) {
  const index = readPageIndex(textOfElement);
  const items = toItems(index);
  const messages = new CaseMessagesReader(textOfElement, index.rows.length);
  root.textContent = '';
  const draw = (printing: boolean) =>
    render(<Report index={index} items={items} messages={messages} printing={printing} />, root);
  draw(false);
  addEventListener('beforeprint', () => draw(true));
  addEventListener('afterprint', () => draw(false));
}
