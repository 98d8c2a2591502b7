/** The wire transcript: one line for each CTAP exchange; opened, it shows both messages decoded and in hex. */
import { count, formatMs } from '../../format.ts';
import type { CaseDetail } from '../case-detail.ts';
import { Preformatted, Section, Time } from './shared-components.tsx';

type Exchange = CaseDetail['wire'][number];

interface WireProps {
  exchanges: readonly Exchange[];
  /** Shows the hex of each message beside the decoded text; otherwise it is opened below. */
  hexBeside?: boolean;
  /** Shows the messages of the last exchange at once. */
  lastOpen?: boolean;
}

export function Wire({ exchanges, hexBeside = false, lastOpen = false }: WireProps) {
  return (
    <Section id="wire" title="Wire transcript" aside={count(exchanges.length, 'exchange')}>
      <ol class={exchanges.some(({ remote }) => remote) ? 'wire remote-times' : 'wire'}>
        {exchanges.map((exchange, n) => (
          <li key={n}>
            <details open={lastOpen && n === exchanges.length - 1}>
              <summary>
                <span class="n at">{formatMs(exchange.atMs)}</span>
                <span class="command">
                  {shortName(exchange.command)}
                  {exchange.subCommand && <small>{exchange.subCommand}</small>}
                </span>
                <span class="keepalives">{keepalives(exchange.keepalives)}</span>
                <Status exchange={exchange} />
                <span class="n">
                  <Time ms={exchange.durationMs} remote={exchange.remote} />
                </span>
              </summary>
              <Message
                title="Request"
                number={n + 1}
                text={exchange.decoded.request}
                hex={exchange.request}
                hexBeside={hexBeside}
                placeholder="no parameters"
              />
              {exchange.response !== undefined && (
                <Message
                  title="Response"
                  number={n + 1}
                  text={exchange.decoded.response}
                  hex={exchange.response}
                  hexBeside={hexBeside}
                  placeholder="status only"
                />
              )}
            </details>
          </li>
        ))}
      </ol>
    </Section>
  );
}

/** Returns `getInfo` for `authenticatorGetInfo`. */
const shortName = (command: string): string =>
  command.replace(/^authenticator(.)/, (_, first: string) => first.toLowerCase());

function Status({ exchange: { status, transportError } }: { exchange: Exchange }) {
  if (transportError !== undefined) return <span class="status bad">{transportError}</span>;
  return (
    <span class={status === 'CTAP2_OK' ? 'status good' : 'status bad'}>
      {status?.replace(/^CTAP[12]_(ERR_)?/, '') ?? 'no answer'}
    </span>
  );
}

/** Returns e.g. `processing, upneeded ×12`: equal keepalives in a row are counted. */
function keepalives(kinds: Exchange['keepalives']): string {
  const runs: [string, number][] = [];
  for (const kind of kinds) {
    const last = runs.at(-1);
    if (last?.[0] === kind) last[1] += 1;
    else runs.push([kind, 1]);
  }
  return runs.map(([kind, times]) => (times > 1 ? `${kind} ×${times}` : kind)).join(', ');
}

interface MessageProps {
  title: string;
  /** Number of the exchange, from 1. */
  number: number;
  /** Decoded message; undefined when there is nothing to decode. */
  text: string | undefined;
  hex: string;
  hexBeside: boolean;
  /** Shown when there is nothing to decode. */
  placeholder: string;
}

function Message({ title, number, text, hex, hexBeside, placeholder }: MessageProps) {
  return (
    <div class={hexBeside ? 'message-pair beside' : 'message-pair'}>
      <h4>
        {title} <small>{count(Math.ceil(hex.length / 2), 'byte')}</small>
      </h4>
      <Preformatted kind="cbor" label={`${title} ${number}, decoded`}>
        {text ?? `/ ${placeholder} /`}
      </Preformatted>
      <Hex label={`${title} ${number}, hex`} hex={hex} beside={hexBeside} />
    </div>
  );
}

/** Hex in groups of two digits. If it is not beside the decoded text, the reader has to open it. */
export function Hex({ label, hex, beside }: { label: string; hex: string; beside: boolean }) {
  const text = (
    <Preformatted kind="cbor" label={label}>
      {hex.replace(/(.{2})/g, '$1 ').trim()}
    </Preformatted>
  );
  if (beside) return text;
  return (
    <details class="hex">
      <summary>Hex</summary>
      {text}
    </details>
  );
}
