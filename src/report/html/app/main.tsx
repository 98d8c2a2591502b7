/** Entry of the HTML report: reads the embedded index and draws the page. Runs in the browser only. */
import { render } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { ReportIndex } from '../view-model.ts';
import { CasesView } from './cases.tsx';
import { matching, noFilter } from './filter.ts';
import { Header } from './header.tsx';
import { MatrixView } from './matrix.tsx';
import { caseHref, useKeys, useRoute, type View, viewHref } from './route.ts';
import { TimingsView } from './timings.tsx';

const parsed = <T,>(id: string): T => JSON.parse(document.getElementById(id)!.textContent!) as T;

function Report({ index }: { index: ReportIndex }) {
  const [filter, setFilter] = useState(noFilter);
  const route = useRoute(index.rows);
  const rows = useMemo(() => matching(index.rows, filter), [index, filter]);
  const header = useMemo(() => <Header index={index} onPick={({ id }) => location.assign(caseHref(id))} />, [index]);
  const open = (view: View) => {
    location.hash = viewHref(view);
  };
  useKeys({ rows, current: route.current, open });
  useEffect(() => {
    if (route.current !== undefined) document.getElementById('detail')?.scrollIntoView({ block: 'nearest' });
  }, [route.current]);
  const narrow = (coordinates: Record<string, string>) => {
    setFilter({ ...noFilter, coordinates });
    open('cases');
  };
  const views: [View, string, boolean][] = [
    ['cases', `Cases`, true],
    ['matrix', 'Matrix', index.coordinates.length > 0],
    ['timings', 'Timings', index.phases.length > 0],
  ];
  return (
    <>
      <button type="button" class="skip" onClick={focusMain}>
        Skip to the cases
      </button>
      {header}
      <nav class="tabs" aria-label="Views">
        {views
          .filter(([, , there]) => there)
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
            detail={(position) => parsed(`case-${position}`)}
          />
        )}
        {route.view === 'matrix' && <MatrixView index={index} onPick={narrow} />}
        {route.view === 'timings' && <TimingsView index={index} />}
      </main>
    </>
  );
}

/** No link: the fragment belongs to the router. */
const focusMain = () => document.getElementById('main')?.focus();

const root = document.getElementById('app')!;
root.textContent = '';
render(<Report index={parsed('index')} />, root);
