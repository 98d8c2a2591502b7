/** The errors of a failed case: their stack points into the YAML file. */
import { resolve } from 'node:path';
import { messageOf, UnavailableError } from '#base/errors.ts';
import { type Expectation, refusedErrorName, type SourceLocation } from '#result/run-result.ts';
import type { BlockingReason } from '../parties/key-under-test.ts';
import { OperatorTimeout } from '../parties/operator.ts';

/** The party under test did something else than the scenario expects. */
export class ScenarioFailure extends Error {
  override readonly name = 'ScenarioFailure';
  constructor(message: string, location: SourceLocation, options?: ErrorOptions) {
    super(message, options);
    this.stack = stackAt(this, location);
  }
}

/** Browser, device or machine failed, so the case has no result about the party under test. */
export class InfrastructureError extends Error {
  override readonly name = 'InfrastructureError';
  constructor(message: string, location: SourceLocation, options?: ErrorOptions) {
    super(message, options);
    this.stack = stackAt(this, location);
  }
}

/** The owner of a real key has not permitted what the case would do to it. Nothing was sent, and the case has no result. */
export class RefusedError extends Error {
  override readonly name = refusedErrorName;
  constructor(message: string, location: SourceLocation, options?: ErrorOptions) {
    super(message, options);
    this.stack = stackAt(this, location);
  }
}

/** Returns the failure of a step that ended with `error`. It is no failure of the party under test if operator or machine failed. */
export function toStepFailure(error: unknown, message: string, location: SourceLocation): Error {
  if (error instanceof OperatorTimeout) return error;
  const Failure = error instanceof UnavailableError ? InfrastructureError : ScenarioFailure;
  return new Failure(message, location, { cause: error });
}

/** Returns the blocking reason of the case as its error, or `error` if there is none. All other failures follow from it. */
export function applyBlockingReason(
  reason: BlockingReason | undefined,
  location: SourceLocation,
  error: unknown,
): unknown {
  if (reason === undefined) return error;
  const Failure = reason.kind === 'refused' ? RefusedError : InfrastructureError;
  return new Failure(reason.why, location, { cause: error });
}

/** Returns the failure of browser or dialog as the error of the case, or `error` if they have not failed. */
export function applyClientFailure(failureSignal: AbortSignal | undefined, location: SourceLocation, error: unknown) {
  if (!failureSignal?.aborted) return error;
  return new InfrastructureError(messageOf(failureSignal.reason), location, { cause: failureSignal.reason });
}

const stackAt = ({ name, message }: Error, { file, line, column }: SourceLocation) =>
  `${name}: ${message}\n    at ${resolve(file)}:${line}:${column}`;

/**
 * Returns one error for all expectations that are not met, with a line for each. It points at the first of them. `state`: what is known
 * about the page, in lines.
 */
export function failureOfExpectations(expectations: readonly Expectation[], state = ''): ScenarioFailure | undefined {
  const failed = expectations.filter(({ ok, skipped }) => !ok && skipped === undefined);
  const [first] = failed;
  if (!first) return undefined;
  const lines = failed.map(
    ({ path, expected, actual, location }) =>
      `  ${path}: expected ${formatValue(expected)}, got ${formatValue(actual)} (${location.file}:${location.line})`,
  );
  return new ScenarioFailure(
    [
      `${failed.length} of ${expectations.length} expectations not met`,
      ...lines,
      ...(state === '' ? [] : [state]),
    ].join('\n'),
    first.location,
  );
}

const maxValueLength = 200;

/** Formats a value in one line, as YAML would write it. */
function formatValue(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'comparator' in value) {
    const { comparator, value: bound } = value as { comparator: string; value: number };
    return `${comparator} ${bound}`;
  }
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > maxValueLength ? `${text.slice(0, maxValueLength)}…` : text;
}
