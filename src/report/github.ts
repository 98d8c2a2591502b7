/**
 * Annotations and the job summary of GitHub Actions. GitHub shows 10 annotations of each kind for each step, and drops a summary above
 * 1 MB, so at most 9 of a kind are written, and one with the number of the others. Pure.
 */
import { posix } from 'node:path';
import type { CaseResult, RunResult, SourceLocation } from '#result/run-result.ts';
import { firstLine, truncate } from './format.ts';

const maxOfKind = 9;
const maxMessage = 1000;

type Kind = 'error' | 'warning';

interface Annotation {
  kind: Kind;
  title: string;
  message: string;
  location?: SourceLocation;
}

/** Returns workflow commands, one for each line of output. GitHub finds files by their path in the repository. */
export function renderAnnotations(result: RunResult): string[] {
  const annotations = [
    ...(result.errors ?? []).map(({ message }): Annotation => ({ kind: 'error', title: 'Touchstone', message })),
    ...result.cases.flatMap(annotationsOf),
    ...(result.budgets ?? []).flatMap(({ verdict, caseId, message, location }): Annotation[] =>
      verdict === 'passed'
        ? []
        : [{ kind: verdict === 'failed' ? 'error' : 'warning', title: `Budget of ${caseId}`, message, location }],
    ),
  ];
  return (['error', 'warning'] as const).flatMap((kind) => {
    const ofKind = annotations.filter((one) => one.kind === kind);
    const hidden = ofKind.length - maxOfKind;
    const more: Annotation = { kind, title: 'Touchstone', message: `${hidden} more in the report of the run` };
    return [...ofKind.slice(0, maxOfKind), ...(hidden > 0 ? [more] : [])].map((one) =>
      toCommand(one, result.run.repositoryFolder),
    );
  });
}

function annotationsOf({ verdict, title, failures, location, notes = [] }: CaseResult): Annotation[] {
  const failure = failures.findLast((each) => each.location) ?? failures.at(-1);
  const message = failure?.message ?? notes[0] ?? `The case is ${verdict}`;
  const kind = { failed: 'error', errored: 'error', interrupted: 'warning', flaky: 'warning' } as const;
  return verdict in kind
    ? [
        {
          kind: kind[verdict as keyof typeof kind],
          title: `${verdict}: ${title}`,
          message,
          location: failure?.location ?? location,
        },
      ]
    : [];
}

function toCommand({ kind, title, message, location }: Annotation, folder = ''): string {
  const place = location ? { file: posix.join(folder, location.file), line: location.line, col: location.column } : {};
  const properties = Object.entries({ ...place, title: truncate(firstLine(title), 200) });
  const text = properties.map(([name, value]) => `${name}=${escapeProperty(String(value))}`).join(',');
  return `::${kind} ${text}::${escapeData(truncate(message, maxMessage))}`;
}

/** The escapes of the toolkit of GitHub Actions. Without them, a message could end the command and begin another one. */
const escapeData = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const escapeProperty = (text: string): string => escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
