/** The filters above a list of cases: search field, a button for each verdict, menus, and how many cases are found. */
import type { ComponentChildren } from 'preact';

interface OfferedVerdict<Verdict extends string> {
  verdict: Verdict;
  name: string;
  mark: string;
  count: number;
}

interface FilterBarProps<Verdict extends string> {
  placeholder: string;
  text: string;
  onText(text: string): void;
  /** In the order of the buttons; verdicts without a case have no button. */
  offered: readonly OfferedVerdict<Verdict>[];
  chosen: readonly Verdict[];
  onChosen(verdicts: Verdict[]): void;
  /** The menus. */
  children: ComponentChildren;
  /** Number of cases that match; undefined while nothing is filtered. */
  found: number | undefined;
  total: number;
  onClear(): void;
}

export function FilterBar<Verdict extends string>(props: FilterBarProps<Verdict>) {
  const { offered, chosen, onChosen } = props;
  const toggle = (verdict: Verdict) =>
    onChosen(chosen.includes(verdict) ? chosen.filter((other) => other !== verdict) : [...chosen, verdict]);
  return (
    <search class="filters">
      <input
        id="search"
        type="search"
        placeholder={props.placeholder}
        aria-label="Search cases"
        value={props.text}
        onInput={({ currentTarget }) => props.onText(currentTarget.value)}
      />
      <fieldset class="chips">
        <legend class="visually-hidden">Verdict</legend>
        {offered
          .filter(({ count }) => count > 0)
          .map(({ verdict, name, mark, count }) => (
            <button
              key={verdict}
              type="button"
              class={`v-${verdict}`}
              aria-pressed={chosen.includes(verdict)}
              onClick={() => toggle(verdict)}
            >
              <span aria-hidden="true">{mark}</span> {name} <b>{count}</b>
            </button>
          ))}
      </fieldset>
      <div class="selects">{props.children}</div>
      <p class="found" role="status">
        {props.found !== undefined && (
          <>
            {props.found} of {props.total} cases{' '}
            <button type="button" onClick={props.onClear}>
              Clear filters
            </button>
          </>
        )}
      </p>
    </search>
  );
}
