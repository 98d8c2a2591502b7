/**
 * The file of expected failures: known violations that do not fail a run, each with its reason, a link and the day when it
 * expires. An expired entry and an entry whose requirement passes fail the run.
 */
import { parse } from 'yaml';
import { z } from 'zod';
import { messageOf, UsageError } from '#base/errors.ts';
import { type CaseResult, caseId } from './case-result.ts';

export const expectedFailureSchema = z.strictObject({
  /** A requirement, `pin.set.short`, or one of its cases, `pin.set.short@pin1`. */
  id: z.string().min(1),
  reason: z.string().min(1),
  link: z.url(),
  /** The last day when the failure is expected, YYYY-MM-DD. */
  expires: z.iso.date(),
});

export type ExpectedFailure = z.infer<typeof expectedFailureSchema>;

/**
 * Returns the entries of a file. `knownIds` are the ids that entries may have; `noun` is the word for them in messages.
 * @throws {UsageError} if the text is not such a file, an id is unknown, or an id occurs twice.
 */
export function parseExpectedFailures(
  text: string,
  file: string,
  knownIds: ReadonlySet<string>,
  noun = 'requirement',
): ExpectedFailure[] {
  const result = z.array(expectedFailureSchema).safeParse(parseYaml(text, file));
  if (!result.success) throw new UsageError(`Cannot read ${file}: ${describeIssues(result.error.issues)}`);
  const seen = new Set<string>();
  for (const { id } of result.data) {
    if (!knownIds.has(id) && !knownIds.has(requirementOf(id)))
      throw new UsageError(`Cannot read ${file}: there is no ${noun} ${id}`);
    if (seen.has(id)) throw new UsageError(`Cannot read ${file}: ${id} occurs twice`);
    seen.add(id);
  }
  return result.data;
}

/** Returns the results as they count when the failures of `expected` are known. `today` is YYYY-MM-DD. */
export function applyExpectedFailures<R extends CaseResult>(
  results: readonly R[],
  expected: readonly ExpectedFailure[],
  today: string,
): R[] {
  const failing = results.filter(({ verdict }) => verdict === 'fail');
  return results.map((result) => {
    const entry = expected.find((one) => matches(one, result));
    if (!entry || (result.verdict !== 'fail' && result.verdict !== 'pass')) return result;
    if (entry.expires < today) return { ...result, verdict: 'fail', message: expiredMessage(entry, result) };
    if (result.verdict === 'fail') return { ...result, verdict: 'waived', message: waivedMessage(entry, result) };
    if (failing.some((other) => matches(entry, other))) return result;
    return {
      ...result,
      verdict: 'fail',
      message: `Expected a failure because of ${entry.link}, but the requirement is met: delete the entry`,
    };
  });
}

function parseYaml(text: string, file: string): unknown {
  try {
    return parse(text) ?? [];
  } catch (cause) {
    throw new UsageError(`Cannot read ${file}: ${messageOf(cause)}`, { cause });
  }
}

const describeIssues = (issues: readonly z.core.$ZodIssue[]): string =>
  issues.map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message)).join('; ');

const requirementOf = (id: string): string => id.split('@', 1)[0] ?? id;

const matches = ({ id }: ExpectedFailure, result: CaseResult): boolean => id === result.id || id === caseId(result);

const waivedMessage = ({ reason, link }: ExpectedFailure, { message }: CaseResult): string =>
  `${message} (expected: ${reason}, ${link})`;

const expiredMessage = ({ expires, link }: ExpectedFailure, { message }: CaseResult): string =>
  [`The expected failure (${link}) expired on ${expires}`, message].filter(Boolean).join(': ');
