/**
 * One case: its failures first, with the screenshots and texts of the page, then the waterfall, expectations, steps, wire transcript and
 * events. The attachments of a case without a failure are last.
 */
import type { ComponentChildren, TargetedEvent } from 'preact';
import type { Failure, Verdict } from '#result/run-result.ts';
import { count, formatLocation, formatMs, verdictMarks } from '../../format.ts';
import type { CaseDetail } from '../case-detail.ts';
import { absent } from '../matrix-coordinates.ts';
import type { CaseRow } from '../report-index.ts';
import { CodeFrame, ScrollRegion, Section, Time, VerdictMark } from './shared-components.tsx';
import { Waterfall } from './waterfall.tsx';
import { Wire } from './wire.tsx';

export function DetailView({ row, detail }: { row: CaseRow; detail: CaseDetail }) {
  return (
    <article class="detail">
      <a class="back" href="#/">
        ‹ All cases
      </a>
      <Title row={row} detail={detail} />
      <Failures row={row} detail={detail} />
      {detail.notes.map((note) => (
        <p key={note} class="note">
          {note}
        </p>
      ))}
      {detail.failures.length > 0 && <Attachments detail={detail} />}
      {detail.bars.length > 0 && <Waterfall detail={detail} />}
      <Expectations detail={detail} />
      <Steps detail={detail} />
      {detail.wire.length > 0 && <Wire exchanges={detail.wire} />}
      <Events detail={detail} />
      {detail.failures.length === 0 && <Attachments detail={detail} />}
    </article>
  );
}

function Title({ row, detail }: { row: CaseRow; detail: CaseDetail }) {
  const time = (ms: number) => <Time ms={ms} remote={row.remote} />;
  const facts: [string, ComponentChildren][] = [
    ['Machine', time(row.machineMs)],
    ['Gestures', time(row.gestureMs)],
    ['Whole case', time(row.durationMs)],
    ['Attempts', String(row.attempts)],
  ];
  return (
    <header class="case-head">
      <p class={`badge v-${row.verdict}`}>
        <span aria-hidden="true">{verdictMarks[row.verdict]}</span> {row.verdict}
      </p>
      <h2>{row.title}</h2>
      <p class="ids">
        <code>{row.id}</code>
        <code>{formatLocation(detail.location)}</code>
      </p>
      <ul class="labels" aria-label="Parties and tags">
        {Object.entries(row.parties)
          .filter(([, value]) => value !== absent)
          .map(([key, value]) => (
            <li key={key}>
              <span>{key}</span> {value}
            </li>
          ))}
        {row.tags.map((tag) => (
          <li key={tag} class="tag">
            #{tag}
          </li>
        ))}
      </ul>
      <dl class="numbers">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </header>
  );
}

/** The failures of the last attempt that failed. Those of earlier attempts, which are often the same, are folded. */
function Failures({ row, detail: { failures } }: { row: CaseRow; detail: CaseDetail }) {
  const last = failures.at(-1)?.attempt;
  const cards = failures.map((failure, n) => ({
    attempt: failure.attempt,
    card: <FailureCard key={n} failure={failure} number={n + 1} verdict={row.verdict} hasRetries={row.attempts > 1} />,
  }));
  const earlier = cards.filter(({ attempt }) => attempt !== last);
  return (
    <>
      {cards.filter(({ attempt }) => attempt === last).map(({ card }) => card)}
      {earlier.length > 0 && (
        <details class="earlier">
          <summary>Earlier attempts: {count(earlier.length, 'failure')}</summary>
          {earlier.map(({ card }) => card)}
        </details>
      )}
    </>
  );
}

interface FailureProps {
  failure: Failure;
  number: number;
  verdict: CaseRow['verdict'];
  /** Whether the case had more than one attempt, so that the number of this one is shown. */
  hasRetries: boolean;
}

function FailureCard({ failure, number, verdict, hasRetries }: FailureProps) {
  const { message, location, codeFrame, stack, attempt } = failure;
  const { headline, rest } = splitMessage(message);
  return (
    <section class={`failure v-${verdict}`} aria-label={`Failure ${number}`}>
      {hasRetries && attempt !== undefined && <p class="attempt">Attempt {attempt}</p>}
      <pre class="message">
        <b class="headline">{headline}</b>
        {rest}
      </pre>
      {location && <p class="location">{formatLocation(location)}</p>}
      {codeFrame && <CodeFrame text={codeFrame} label={`Lines of the scenario file, failure ${number}`} />}
      {stack && (
        <details>
          <summary>Stack</summary>
          <pre class="stack">{stack}</pre>
        </details>
      )}
    </section>
  );
}

/** Returns the first line, or its first sentence if what follows says what the page contains, and the rest. */
function splitMessage(message: string): { headline: string; rest: string } {
  const [, sentence] = /^([^\n]*?\.) The page at /.exec(message) ?? [];
  const headline = sentence ?? message.split('\n', 1)[0] ?? '';
  return { headline, rest: message.slice(headline.length) };
}

const expectationVerdict = ({ ok, skipped }: CaseDetail['expectations'][number]): Verdict =>
  ok ? 'passed' : skipped === undefined ? 'failed' : 'skipped';

function Expectations({ detail: { expectations } }: { detail: CaseDetail }) {
  if (expectations.length === 0) return null;
  const verdicts = expectations.map((line) => ({ ...line, verdict: expectationVerdict(line) }));
  const failingFirst = verdicts.toSorted((a, b) => Number(b.verdict === 'failed') - Number(a.verdict === 'failed'));
  const number = (counted: Verdict) => verdicts.filter(({ verdict }) => verdict === counted).length;
  const skipped = number('skipped') ? `, ${number('skipped')} not observable` : '';
  return (
    <Section
      id="expectations"
      title="Expectations"
      aside={`${number('passed')} of ${expectations.length} met${skipped}`}
    >
      <ScrollRegion label="Table of expectations">
        <table>
          <thead>
            <tr>
              <th scope="col">
                <span class="visually-hidden">Verdict</span>
              </th>
              <th scope="col">Path</th>
              <th scope="col">Expected</th>
              <th scope="col">Found</th>
              <th scope="col">Line</th>
            </tr>
          </thead>
          <tbody>
            {failingFirst.map((line) => (
              <tr
                key={`${line.path} ${line.location.line}:${line.location.column}`}
                class={line.verdict === 'failed' ? 'bad' : undefined}
              >
                <td>
                  <VerdictMark verdict={line.verdict} />
                </td>
                <th scope="row">
                  <code>{line.path}</code>
                </th>
                <td>
                  <code>{line.expected}</code>
                </td>
                <td>{line.skipped ? line.actual : <code>{line.actual}</code>}</td>
                <td class="n">{line.location.line}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
    </Section>
  );
}

function Steps({ detail: { steps } }: { detail: CaseDetail }) {
  if (steps.length === 0) return null;
  const longest = Math.max(...steps.map(({ durationMs }) => durationMs));
  return (
    <Section id="steps" title="Steps" aside={count(steps.length, 'step')}>
      <ol class="steps">
        {steps.map((step) => (
          <li key={`${step.title} ${step.location.line} ${step.startMs}`} class={step.verdict}>
            <VerdictMark verdict={step.verdict} />
            <code>{step.title}</code>
            <span class="track" aria-hidden="true">
              <i style={{ width: `${longest > 0 ? (step.durationMs / longest) * 100 : 0}%` }} />
            </span>
            <span class="n">
              {step.verdict === 'skipped' && step.durationMs === 0 ? 'not reached' : formatMs(step.durationMs)}
            </span>
          </li>
        ))}
      </ol>
    </Section>
  );
}

function Events({ detail: { events } }: { detail: CaseDetail }) {
  if (events.length === 0) return null;
  return (
    <Section id="events" title="Events" aside={count(events.length, 'event')}>
      <ScrollRegion label="Table of events">
        <table>
          <thead>
            <tr>
              <th scope="col">At</th>
              <th scope="col">Party</th>
              <th scope="col">Event</th>
              <th scope="col">Detail</th>
            </tr>
          </thead>
          <tbody>
            {events.map((event) => (
              <tr key={`${event.atMs} ${event.event}`}>
                <td class="n">{formatMs(event.atMs)}</td>
                <td class="party">
                  <span class={`dot lane-${event.party}`} /> {event.party}
                </td>
                <th scope="row">
                  <code>{event.event}</code>
                </th>
                <td>{event.detail}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
    </Section>
  );
}

const isImage = ({ contentType }: CaseDetail['attachments'][number]) => contentType.startsWith('image/');
const imagesFirst = (a: CaseDetail['attachments'][number], b: CaseDetail['attachments'][number]) =>
  Number(isImage(b)) - Number(isImage(a));

/** The page was moved without the folder of its attachments. */
const hideImage = ({ currentTarget }: TargetedEvent<HTMLImageElement>) => {
  currentTarget.hidden = true;
};

function Attachments({ detail: { attachments } }: { detail: CaseDetail }) {
  if (attachments.length === 0) return null;
  return (
    <Section id="attachments" title="Attachments">
      <ul class="attachments">
        {attachments.toSorted(imagesFirst).map(({ name, contentType, path }) => (
          <li key={path}>
            <a href={path.split('/').map(encodeURIComponent).join('/')}>
              {contentType.startsWith('image/') && (
                <img
                  src={path.split('/').map(encodeURIComponent).join('/')}
                  alt=""
                  loading="lazy"
                  onError={hideImage}
                />
              )}
              <span>{name}</span> <small>{contentType}</small>
            </a>
          </li>
        ))}
      </ul>
    </Section>
  );
}
