/** Entry point of the HTML report in the browser: reads the embedded index and draws the page. */
import { render } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { CaseDetails, readIndex } from '../read-embedded-data.ts';
import type { ReportIndex } from '../report-index.ts';
import { CasesView } from './cases.tsx';
import { filterRows, noFilter } from './filter.ts';
import { Header } from './header.tsx';
import { MatrixView } from './matrix.tsx';
import { caseHref, useKeyboardShortcuts, useRoute, viewHref } from './route.ts';
import { TimingsView } from './timings.tsx';

const textOfElement = (id: string): string => document.getElementById(id)?.textContent ?? '';

const overviews = ['matrix', 'timings'] as const;
type View = 'cases' | (typeof overviews)[number];

interface ReportProps {
  index: ReportIndex;
  details: CaseDetails;
  printing: boolean;
}

function Report({ index, details, printing }: ReportProps) {
  const [filter, setFilter] = useState(noFilter);
  const route = useRoute(index.rows, overviews);
  const rows = useMemo(() => filterRows(index.rows, filter), [index, filter]);
  const header = useMemo(() => <Header index={index} onPick={({ id }) => location.assign(caseHref(id))} />, [index]);
  const open = (view: View) => {
    location.hash = viewHref(view);
  };
  useKeyboardShortcuts({ rows, open });
  useEffect(() => {
    if (route.current !== undefined) document.getElementById('detail')?.scrollIntoView({ block: 'nearest' });
  }, [route.current]);
  const showMatching = (coordinates: Record<string, string>) => {
    setFilter({ ...noFilter, coordinates });
    open('cases');
  };
  const views: [View, string, boolean][] = [
    ['cases', 'Cases', true],
    ['matrix', 'Matrix', index.coordinates.length > 0],
    ['timings', 'Timings', index.phases.length > 0 || index.budgets.length > 0],
  ];
  return (
    <>
      <button type="button" class="skip" onClick={focusMain}>
        Skip to the cases
      </button>
      {header}
      <nav class="tabs" aria-label="Views">
        {views
          .filter(([, , hasContent]) => hasContent)
          .map(([view, label]) => (
            <a key={view} href={viewHref(view)} aria-current={route.view === view ? 'page' : undefined}>
              {label}
              {view === 'cases' && <span class="count">{index.rows.length}</span>}
            </a>
          ))}
        <span class="hint" aria-hidden="true">
          <kbd>/</kbd> search <kbd>j</kbd>
          <kbd>k</kbd> next, previous
        </span>
      </nav>
      <main id="main" tabIndex={-1}>
        {route.view === 'cases' && (
          <CasesView
            index={index}
            rows={rows}
            filter={filter}
            onFilter={setFilter}
            current={route.current}
            details={details}
            printing={printing}
          />
        )}
        {route.view === 'matrix' && <MatrixView index={index} onPick={showMatching} />}
        {route.view === 'timings' && <TimingsView index={index} />}
      </main>
    </>
  );
}

/** A button and not a link, because the router uses the fragment. */
const focusMain = () => document.getElementById('main')?.focus();

const root = document.getElementById('app');
if (root) {
  const index = readIndex(textOfElement);
  const details = new CaseDetails(textOfElement, index.rows.length);
  root.textContent = '';
  const draw = (printing: boolean) => render(<Report index={index} details={details} printing={printing} />, root);
  draw(false);
  addEventListener('beforeprint', () => draw(true));
  addEventListener('afterprint', () => draw(false));
}
