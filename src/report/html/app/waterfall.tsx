/** The phases of one ceremony as bars on a time axis. Bars are nested by time; gestures are hatched and counted separately. */
import { useState } from 'preact/hooks';
import { formatMs } from '../../format.ts';
import type { Bar, CaseDetail, Lane } from '../case-detail.ts';
import { ScrollRegion, Section, SplitBar } from './shared-components.tsx';

const lanes: Record<Lane, string> = {
  user: 'User',
  page: 'Page',
  'relying-party': 'Relying party',
  client: 'Client',
  authenticator: 'Authenticator',
};

export function Waterfall({ detail }: { detail: CaseDetail }) {
  const [active, setActive] = useState<number>();
  const { bars, wire, ceremony } = detail;
  const activeBar = active === undefined ? undefined : bars[active];
  const endMs = Math.max(...bars.map(({ startMs, durationMs }) => startMs + durationMs));
  const full = Math.max(endMs - ceremony.startMs, 0.001);
  const at = (ms: number) => `${((ms - ceremony.startMs) / full) * 100}%`;
  const wide = (ms: number) => `${(ms / full) * 100}%`;
  const move = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    setActive(Math.min(bars.length - 1, Math.max(0, (active ?? -1) + step)));
  };
  const used = (Object.keys(lanes) as Lane[]).filter((lane) => bars.some((bar) => bar.lane === lane));
  return (
    <Section id="waterfall" title="Waterfall" aside={`${formatMs(ceremony.totalMs)} from first to last`}>
      <div class="split-line">
        <SplitBar machineMs={ceremony.machineMs} gestureMs={ceremony.gestureMs} fullMs={ceremony.totalMs} />
        <p>
          <i class="swatch machine" /> Machine <b>{formatMs(ceremony.machineMs)}</b>
          <i class="swatch gesture" /> Gestures <b>{formatMs(ceremony.gestureMs)}</b>
        </p>
      </div>
      <section
        class="waterfall"
        aria-label="Waterfall chart, arrow keys read out each bar"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys select a bar, whose data the status line reads out
        tabIndex={0}
        onKeyDown={move}
        onBlur={() => setActive(undefined)}
        onMouseLeave={() => setActive(undefined)}
      >
        <Axis startMs={ceremony.startMs} full={full} />
        <ol>
          {bars.map((bar, n) => (
            <li key={n} class={n === active ? 'row on' : 'row'} onMouseEnter={() => setActive(n)}>
              <span class="name" style={{ paddingInlineStart: `${bar.depth * 12}px` }}>
                {bar.label}
              </span>
              <span class="lane">
                <i
                  class={`bar lane-${bar.lane}${bar.gesture ? ' gesture' : ''}`}
                  style={{ left: at(bar.startMs), width: wide(bar.durationMs) }}
                />
              </span>
              <span class="n">{formatMs(bar.durationMs)}</span>
            </li>
          ))}
          {wire.length > 0 && (
            <li class="row wire-row">
              <span class="name">CTAP exchanges</span>
              <span class="lane">
                {wire.map((exchange) => (
                  <i
                    key={exchange.atMs}
                    class="tick"
                    style={{ left: at(exchange.atMs), width: wide(exchange.durationMs) }}
                    title={`${exchange.subCommand ?? exchange.command} ${formatMs(exchange.durationMs)}`}
                  />
                ))}
              </span>
              <span class="n">{wire.length}×</span>
            </li>
          )}
        </ol>
      </section>
      <p class="readout" role="status">
        {activeBar === undefined ? (
          <span class="legend">
            {used.map((lane) => (
              <span key={lane}>
                <i class={`swatch lane-${lane}${lane === 'user' ? ' gesture' : ''}`} />
                {lanes[lane]}
              </span>
            ))}
          </span>
        ) : (
          <ReadOut bar={activeBar} />
        )}
      </p>
      <details class="as-table">
        <summary>Numbers as a table</summary>
        <BarTable bars={bars} />
      </details>
    </Section>
  );
}

function ReadOut({ bar }: { bar: Bar }) {
  return (
    <span>
      <i class={`swatch lane-${bar.lane}${bar.gesture ? ' gesture' : ''}`} />
      <b>{bar.label}</b> {formatMs(bar.durationMs)}, {bar.phase},{' '}
      {bar.gesture ? 'gesture' : `machine (${lanes[bar.lane]})`}, from {formatMs(bar.startMs)} to{' '}
      {formatMs(bar.startMs + bar.durationMs)}
    </span>
  );
}

function BarTable({ bars }: { bars: readonly Bar[] }) {
  return (
    <ScrollRegion label="Table of bars">
      <table>
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col">Phase</th>
            <th scope="col">Party</th>
            <th scope="col">Time of</th>
            <th scope="col" class="n">
              Start
            </th>
            <th scope="col" class="n">
              Duration
            </th>
          </tr>
        </thead>
        <tbody>
          {bars.map((bar, n) => (
            <tr key={n}>
              <th scope="row">{bar.label}</th>
              <td>{bar.phase}</td>
              <td>{lanes[bar.lane]}</td>
              <td>{bar.gesture ? 'gesture' : 'machine'}</td>
              <td class="n">{bar.startMs.toFixed(2)} ms</td>
              <td class="n">{bar.durationMs.toFixed(2)} ms</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}

/** About six marks at round times. */
function Axis({ startMs, full }: { startMs: number; full: number }) {
  const raw = full / 6;
  const magnitude = 10 ** Math.floor(Math.log10(raw));
  const step = ([1, 2, 5, 10].find((factor) => factor * magnitude >= raw) ?? 10) * magnitude;
  const marks = Array.from({ length: Math.floor(full / step) + 1 }, (_, n) => n * step);
  return (
    <div class="axis" aria-hidden="true">
      <span class="lane">
        {marks.map((ms) => (
          <i key={ms} style={{ left: `${(ms / full) * 100}%` }}>
            <span>{axisLabel(startMs + ms, step)}</span>
          </i>
        ))}
      </span>
    </div>
  );
}

const axisLabel = (ms: number, step: number): string =>
  step >= 1000 ? `${ms / 1000} s` : `${Number(ms.toFixed(step < 1 ? 2 : 0))} ms`;
