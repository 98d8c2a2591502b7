/** Components that several views use. */
import type { ComponentChildren } from 'preact';
import type { Verdict } from '#result/run-result.ts';
import { formatMs, verdictMarks } from '../../format.ts';

export const VerdictMark = ({ verdict }: { verdict: Verdict }) => (
  <span class={`mark v-${verdict}`} role="img" aria-label={verdict}>
    {verdictMarks[verdict]}
  </span>
);

/** A duration; with `remote`, marked as including the network. */
export const Time = ({ ms, remote = false }: { ms: number; remote?: boolean | undefined }) => (
  <>
    {formatMs(ms)}
    {remote && (
      <small class="remote" title="The key was on another machine: this time includes the network">
        {' '}
        remote
      </small>
    )}
  </>
);

/** A titled section of a case; `aside` is shown at the end of the title line. */
export function Section({
  id,
  title,
  aside,
  children,
}: {
  id: string;
  title: string;
  aside?: ComponentChildren;
  children: ComponentChildren;
}) {
  return (
    <section class="part" aria-labelledby={`h-${id}`}>
      <h3 id={`h-${id}`}>
        <span>{title}</span>
        {aside && <span class="aside">{aside}</span>}
      </h3>
      {children}
    </section>
  );
}

/** A scrollable region for a table that may be wider than the page. */
export const ScrollRegion = ({ label, children }: { label: string; children: ComponentChildren }) => (
  <section
    class="scroll"
    aria-label={label}
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable with the keyboard
    tabIndex={0}
  >
    {children}
  </section>
);

/** Preformatted text in a scrollable region with a label, reachable with the keyboard. */
export const Preformatted = ({
  kind,
  label,
  children,
}: {
  kind: string;
  label: string;
  children: ComponentChildren;
}) => (
  <section
    class={kind}
    aria-label={label}
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable with the keyboard
    tabIndex={0}
  >
    <pre>{children}</pre>
  </section>
);

/** Lines of the scenario file: the marked line is highlighted, line numbers are muted. */
export const CodeFrame = ({ text, label = 'Lines of the scenario file' }: { text: string; label?: string }) => (
  <Preformatted kind="frame" label={label}>
    {text.split('\n').map((line, n) => {
      const [, gutter = '', rest = line] = /^(.{0,12}?\|)(.*)$/s.exec(line) ?? [];
      const kind = line.startsWith('>') ? 'marked' : /^\s*\|\s*\^/.test(line) ? 'caret' : undefined;
      return (
        <span key={n} class={kind}>
          <i>{gutter}</i>
          {rest}
          {'\n'}
        </span>
      );
    })}
  </Preformatted>
);

/** Machine and gesture time as one bar whose full width is `fullMs`. */
export function SplitBar({ machineMs, gestureMs, fullMs }: { machineMs: number; gestureMs: number; fullMs: number }) {
  const share = (ms: number) => ({ width: `${fullMs > 0 ? (ms / fullMs) * 100 : 0}%` });
  return (
    <span class="split" role="img" aria-label={`machine ${formatMs(machineMs)}, gestures ${formatMs(gestureMs)}`}>
      <i class="machine" style={share(machineMs)} />
      <i class="gesture" style={share(gestureMs)} />
    </span>
  );
}

/** A menu of the values of one filter; `''` accepts every value. */
export function Choice({
  label,
  values,
  value,
  onChange,
}: {
  label: string;
  values: readonly string[];
  value: string;
  onChange(value: string): void;
}) {
  return (
    <label class={value === '' ? 'choice' : 'choice on'}>
      <span>{label}</span>
      <select value={value} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
        <option value="">any</option>
        {values.map((each) => (
          <option key={each} value={each}>
            {each}
          </option>
        ))}
      </select>
    </label>
  );
}
