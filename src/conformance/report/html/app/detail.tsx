/** One case: the requirement, what was found, and the messages as evidence. */

import { useMemo } from 'preact/hooks';
import { count, formatMs } from '#report/format.ts';
import { caseHref } from '#report/html/app/route.ts';
import { Preformatted, Section } from '#report/html/app/shared-components.tsx';
import { Hex, Wire } from '#report/html/app/wire.tsx';
import type { Evidence } from '../../../case-result.ts';
import { decodeResponse } from '../decode-response.ts';
import type { CaseMessages, CaseMessagesReader } from '../read-embedded-report.ts';
import { toWire } from '../to-wire.ts';
import type { Item } from './filter.ts';
import { VerdictBadge, VerdictMark } from './verdict.tsx';

interface DetailProps {
  item: Item;
  items: readonly Item[];
  messages: CaseMessagesReader;
}

export function DetailView({ item, items, messages }: DetailProps) {
  const found = useMemo(() => readMessages(item, messages), [item, messages]);
  return (
    <article class="detail">
      <a class="back" href="#/">
        ‹ All cases
      </a>
      <Title item={item} />
      {item.message && (
        <section class={`failure v-${item.verdict}`} aria-label="Finding">
          <p class="message headline">{item.message}</p>
        </section>
      )}
      <Consequences item={item} />
      {found instanceof Error ? (
        <p class="empty">The messages of this case cannot be read. {found.message}</p>
      ) : (
        <Messages found={found} />
      )}
      <OtherCases item={item} items={items} />
    </article>
  );
}

function readMessages(item: Item, messages: CaseMessagesReader): CaseMessages | Error {
  try {
    return messages.read(item);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function Title({ item: { id, verdict, entry, targetName, durationMs, variant, before } }: { item: Item }) {
  const facts: [string, string | undefined][] = [
    ['Source', `${entry.document} § ${entry.section}`],
    ['Level', entry.level],
    ['Expected', entry.expected],
    ['Time', durationMs === undefined ? undefined : formatMs(durationMs)],
    ['Earlier verdict', before],
  ];
  return (
    <header class="case-head">
      <p>
        <VerdictBadge verdict={verdict} />
      </p>
      <h2>{entry.title}</h2>
      <p class="ids">
        <code>{id}</code>
      </p>
      <ul class="labels" aria-label="Group, variant and target">
        <li>
          <span>group</span> {entry.group}
        </li>
        {variant !== undefined && (
          <li>
            <span>variant</span> {variant}
          </li>
        )}
        <li>
          <span>target</span> {targetName}
        </li>
        <li>
          <span>since</span> {entry.since}
        </li>
      </ul>
      <dl class="numbers">
        {facts
          .filter(([, value]) => value !== undefined)
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
    </header>
  );
}

/** For relying parties: what a violation means, and how it is usually fixed. */
function Consequences({ item: { entry, mistake } }: { item: Item }) {
  const { severity, weakness, fix } = entry;
  if (weakness === undefined) return null;
  return (
    <Section id="meaning" title="What a violation means" aside={mistake ?? severity}>
      <p class="message">
        {weakness}. {fix !== undefined && <>Usual fix: {fix}.</>}
      </p>
    </Section>
  );
}

function Messages({ found: { evidence, exchanges } }: { found: CaseMessages }) {
  if (exchanges.length > 0) return <Wire exchanges={toWire(exchanges)} hexBeside lastOpen />;
  return (
    <>
      {evidence.map((one, n) => (
        <EvidenceSection key={n} evidence={one} number={n + 1} />
      ))}
    </>
  );
}

const isResponse = ({ name }: Evidence): boolean => name === 'registration' || name === 'authentication';

function EvidenceSection({ evidence, number }: { evidence: Evidence; number: number }) {
  const { name, text } = evidence;
  if (!isResponse(evidence))
    return (
      <Section id={`evidence-${number}`} title={name}>
        <Preformatted kind="cbor" label={`${name} ${number}`}>
          {text}
        </Preformatted>
      </Section>
    );
  return (
    <Section id={`evidence-${number}`} title={`Response with the change (${name})`}>
      {decodeResponse(text).map((member) => (
        <div key={member.name} class={member.hex === undefined ? 'message-pair' : 'message-pair beside'}>
          <h4>
            {member.name} {member.hex !== undefined && <small>{count(member.hex.length / 2, 'byte')}</small>}
          </h4>
          <Preformatted kind="cbor" label={`${member.name}, decoded`}>
            {member.text}
          </Preformatted>
          {member.hex !== undefined && <Hex label={`${member.name}, hex`} hex={member.hex} beside />}
        </div>
      ))}
    </Section>
  );
}

/** The other cases of the requirement: variants, and other targets. */
function OtherCases({ item, items }: { item: Item; items: readonly Item[] }) {
  const others = items.filter(({ requirement, id }) => requirement === item.requirement && id !== item.id);
  if (others.length === 0) return null;
  return (
    <Section id="others" title="Other cases of this requirement" aside={count(others.length, 'case')}>
      <ul class="others">
        {others.map((other) => (
          <li key={other.id}>
            <VerdictMark verdict={other.verdict} /> <a href={caseHref(other.id)}>{other.id}</a>
          </li>
        ))}
      </ul>
    </Section>
  );
}
