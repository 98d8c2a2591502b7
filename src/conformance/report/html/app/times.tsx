/** Times of each command with percentiles, and the slowest cases. */
import { formatMs } from '#report/format.ts';
import { caseHref } from '#report/html/app/route.ts';
import { ScrollRegion } from '#report/html/app/shared-components.tsx';
import type { PageIndex } from '../page-index.ts';
import type { Item } from './filter.ts';
import { VerdictMark } from './verdict.tsx';

const slowestShown = 12;

export function TimesView({ index, items }: { index: PageIndex; items: readonly Item[] }) {
  const slowest = items.toSorted((a, b) => (b.durationMs ?? 0) - (a.durationMs ?? 0)).slice(0, slowestShown);
  return (
    <section class="overview" aria-labelledby="h-times">
      <h2 id="h-times">Time by command</h2>
      <p class="intro">
        From the request to the answer. Exchanges in which the authenticator waited for the user stand apart, because
        their time contains the gesture: {index.touches} of {index.exchanges}.
      </p>
      <ScrollRegion label="Table of percentiles">
        <table class="percentiles">
          <thead>
            <tr>
              <th scope="col">Command</th>
              {['n', 'p50', 'p75', 'p95', 'max'].map((name) => (
                <th key={name} scope="col" class="n">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {index.times.map(({ command, gesture, n, p50, p75, p95, max }) => (
              <tr key={`${command} ${gesture}`}>
                <th scope="row">
                  {command} {gesture && <small>with a gesture</small>}
                </th>
                <td class="n">{n}</td>
                {[p50, p75, p95, max].map((ms, position) => (
                  <td key={position} class="n">
                    {formatMs(ms)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
      <h2>Slowest cases</h2>
      <ol class="slowest">
        {slowest.map((item) => (
          <li key={item.id}>
            <a href={caseHref(item.id)}>
              <VerdictMark verdict={item.verdict} />
              <span class="title">
                {item.entry.title} <small>{item.id}</small>
              </span>
              <span class="n">{formatMs(item.durationMs ?? 0)}</span>
            </a>
          </li>
        ))}
      </ol>
    </section>
  );
}
