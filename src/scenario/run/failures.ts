/** How a failing step or expectation reaches people: an error whose stack points into the YAML file. */
import { resolve } from 'node:path';
import { UnavailableError } from '#base/errors.ts';
import { type Expectation, refusedErrorName, type SourceLocation } from '#result/run-result.ts';
import type { KeyObstacle } from '../parties/key-under-test.ts';
import { NobodyActed } from '../parties/operator.ts';

/** The party on trial did something else than the scenario says. */
export class ScenarioFailure extends Error {
  override readonly name = 'ScenarioFailure';
  constructor(message: string, location: SourceLocation, options?: ErrorOptions) {
    super(message, options);
    this.stack = stackInto(this, location);
  }
}

/** Browser, device or machine failed, so nothing was learned about the party on trial. */
export class InfrastructureError extends Error {
  override readonly name = 'InfrastructureError';
  constructor(message: string, location: SourceLocation, options?: ErrorOptions) {
    super(message, options);
    this.stack = stackInto(this, location);
  }
}

/** The case would have done something to a real key that its owner has not allowed: nothing was sent, nothing was learned. */
export class RefusedError extends Error {
  override readonly name = refusedErrorName;
  constructor(message: string, location: SourceLocation, options?: ErrorOptions) {
    super(message, options);
    this.stack = stackInto(this, location);
  }
}

/** What a step that ends with `error` says of the party on trial: nothing, when hands or a machine were missing. */
export function failureOf(error: unknown, message: string, location: SourceLocation): Error {
  if (error instanceof NobodyActed) return error;
  const Failure = error instanceof UnavailableError ? InfrastructureError : ScenarioFailure;
  return new Failure(message, location, { cause: error });
}

/** Whatever went wrong in the case: a refusal, or a key that was pulled, is behind it. */
export function blamed(obstacle: KeyObstacle | undefined, location: SourceLocation, error: unknown): unknown {
  if (obstacle === undefined) return error;
  const Failure = obstacle.kind === 'refused' ? RefusedError : InfrastructureError;
  return new Failure(obstacle.why, location, { cause: error });
}

const stackInto = ({ name, message }: Error, { file, line, column }: SourceLocation) =>
  `${name}: ${message}\n    at ${resolve(file)}:${line}:${column}`;

/** One line for each expectation that was not met; the error points at the first of them. */
export function unmet(expectations: readonly Expectation[]): ScenarioFailure | undefined {
  const failed = expectations.filter(({ ok, skipped }) => !ok && skipped === undefined);
  const [first] = failed;
  if (!first) return undefined;
  const lines = failed.map(
    ({ path, expected, actual, location }) =>
      `  ${path}: expected ${show(expected)}, found ${show(actual)} (${location.file}:${location.line})`,
  );
  return new ScenarioFailure(
    `${failed.length} of ${expectations.length} expectations not met\n${lines.join('\n')}`,
    first.location,
  );
}

const longest = 200;

/** A value as YAML would write it, in one line. */
function show(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'comparator' in value) {
    const { comparator, value: bound } = value as { comparator: string; value: number };
    return `${comparator} ${bound}`;
  }
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}
