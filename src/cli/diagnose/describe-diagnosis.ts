/** Describes diagnoses for a terminal and as JSON. */
import pc from 'picocolors';
import { layers } from '#diagnosis/cause.ts';
import { causes } from '#diagnosis/causes.ts';
import type { Diagnosis, FoundCause } from '#diagnosis/diagnose.ts';
import { type FactName, type Facts, questionFor } from '#diagnosis/facts.ts';
import { alignColumns } from '../table.ts';

/** More questions at once are not answered. */
const maxQuestions = 5;

/** Returns the first cause with its evidence and advice, what follows after it, and what else is worth to find out. */
export function describeDiagnosis({ first, next, unknown }: Diagnosis, facts: Facts): string {
  const parts = [
    first ? describeFirst(first, facts) : pc.bold('No cause found in the facts that are known.'),
    next.length > 0 ? describeNext(next) : '',
    unknown.length > 0 ? describeQuestions(unknown, first) : '',
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function describeFirst({ cause, by, evidence }: FoundCause, facts: Facts): string {
  const shown = evidence.map((name) => `${name} is ${formatFact(facts[name])}`).join(', ');
  const rows = [
    ['Layer', layers[cause.layer]],
    [by === 'seen' ? 'Seen' : 'Follows from', shown],
    ['What to do', cause.advice],
    ['Source', cause.source],
    ['Cause', cause.id],
  ];
  return `${pc.bold(pc.red(cause.title))}\n${indent(alignColumns(rows))}`;
}

const describeNext = (next: readonly FoundCause[]): string =>
  `${pc.bold('After that, this stops the user too:')}\n${indent(alignColumns(next.map(({ cause }) => [cause.id, cause.title])))}`;

function describeQuestions(unknown: readonly FactName[], first: FoundCause | undefined): string {
  const title = first ? 'An earlier cause is possible. These answers exclude it:' : 'These answers help:';
  const shown = unknown.slice(0, maxQuestions).map((name) => [name, questionFor(name)]);
  const rest = unknown.length > maxQuestions ? `\n  and ${unknown.length - maxQuestions} more` : '';
  return `${pc.bold(title)}\n${indent(alignColumns(shown))}${rest}`;
}

const indent = (text: string) => text.replace(/^/gm, '  ');

const formatFact = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Returns a diagnosis as data for other programs. */
export const diagnosisAsJson = ({ first, next, unknown }: Diagnosis, facts: Facts) => ({
  first: first ? foundAsJson(first) : null,
  next: next.map(foundAsJson),
  unknown,
  facts,
});

const foundAsJson = ({ cause: { id, layer, title, advice, source }, by, evidence }: FoundCause) => ({
  id,
  layer,
  title,
  advice,
  source,
  by,
  evidence,
});

/** Lists all causes in their order. */
export function describeCauses(): string {
  const rows = causes.map(({ id, layer, title }) => [id, layers[layer], title]);
  return alignColumns([['CAUSE', 'LAYER', 'MEANING'], ...rows]);
}
