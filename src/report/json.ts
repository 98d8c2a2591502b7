/** The result file `result.json`: the run's result as JSON, indented by one space so that it can be read and compared. */
import type { RunResult } from '#result/run-result.ts';

/** Yields the JSON case by case, because the text of a large run is larger than the run in memory. */
export function* renderJson({ cases, ...rest }: RunResult): Generator<string> {
  const start = indent(rest);
  if (cases.length === 0) return yield `${start.slice(0, -2)},\n "cases": []\n}\n`;
  yield `${start.slice(0, -2)},\n "cases": [`;
  for (const [index, item] of cases.entries())
    yield `${index > 0 ? ',' : ''}\n  ${indent(item).replaceAll('\n', '\n  ')}`;
  yield '\n ]\n}\n';
}

const indent = (value: unknown): string => JSON.stringify(value, undefined, 1);
