/** Top of the page: what was tested, the verdict, the counts, and the facts of the run. */
import { count, formatMs } from '#report/format.ts';
import { headlineOf } from '../../headline.ts';
import { verdictsByUrgency } from '../../marks.ts';
import type { PageIndex } from '../page-index.ts';
import { nameOf, VerdictStrip } from './verdict.tsx';

const verdictClass = { passed: 'pass', failed: 'fail', 'not-tested': 'not-applicable' } as const;

const suiteTitles = {
  authenticator: 'Conformance of an authenticator',
  'relying-party': 'Conformance of a relying party',
} as const;

export function Header({ index }: { index: PageIndex }) {
  const { run, counts, rows, targets, suite, verdict } = index;
  const { mark, text } = headlineOf({
    verdict,
    cases: rows.map(({ requirement, verdict }) => ({ id: requirement, verdict })),
  });
  const tested = rows.length - counts['not-applicable'];
  return (
    <header class="head">
      <div class="brand">
        <svg class="logo" width="18" height="18" viewBox="0 0 18 18" aria-hidden="true">
          <path d="M3.2 4.6 8 1.6l6.4 2.2 1.8 6-4 5.8-7.4.6L1.6 11z" class="background" />
          <path d="m5.2 11.6 7-6" class="foreground" />
        </svg>
        <span>Touchstone</span>
        <span class="suite">{suiteTitles[suite]}</span>
        <span class="run">{run.id}</span>
      </div>
      <p class="targets">{targets.map(({ name, version }) => [name, version].filter(Boolean).join(' ')).join(' · ')}</p>
      <div class="verdict">
        <h1 class={`v-${verdictClass[verdict]}`}>
          <span class="mark" aria-hidden="true">
            {mark}
          </span>
          {text}
        </h1>
        <p>
          <strong>{counts.pass}</strong> of <strong>{tested}</strong> applicable cases passed in{' '}
          <strong>{formatMs(run.durationMs)}</strong>
        </p>
      </div>
      <div class="tally">
        <VerdictStrip counts={counts} kind="verdict-strip large" />
        <ul class="totals" aria-label="Cases by verdict">
          {verdictsByUrgency
            .filter((name) => counts[name] > 0)
            .map((name) => (
              <li key={name} class={`v-${name}`}>
                <b>{counts[name]}</b> {nameOf(name)}
              </li>
            ))}
        </ul>
      </div>
      <dl class="facts">
        {factsOf(index).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </header>
  );
}

function factsOf({ run, catalogue, touches, exchanges, requirements }: PageIndex): [string, string][] {
  const all: [string, string | undefined][] = [
    ['Started', new Date(run.startedAt).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })],
    ['Command', run.command && `touchstone ${run.command}`],
    ['Requirements', `${requirements.length} of ${catalogue.requirements}`],
    ['Commands sent', exchanges > 0 ? String(exchanges) : undefined],
    ['Gestures', exchanges > 0 ? count(touches, 'request') : undefined],
    ['Catalogue', catalogue.sha256.slice(0, 12)],
    ['Node', run.node],
    ['Platform', run.platform],
    ['Version', run.touchstone],
  ];
  return all.filter((entry): entry is [string, string] => Boolean(entry[1]));
}
