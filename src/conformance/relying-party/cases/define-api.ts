/** Builds cases about the requests of the conformance API from rows: rule, title, check, and the defect that the check must find. */
import { UnavailableError } from '#base/errors.ts';
import type { SpecificationReference } from '../../catalogue-entry.ts';
import type { ApiCheck, ApiDefect } from '../conformance-api/api-case.ts';
import type { ApiAnswer } from '../conformance-api/client.ts';
import { judgeAnswer } from '../conformance-api/judge-answer.ts';
import type { ApiCase, Expectation } from '../relying-party-case.ts';
import { type RuleId, ruleOf } from '../rules.ts';
import { createBase, since } from './define.ts';

interface ApiRow {
  title: string;
  expected: Expectation;
  rule: RuleId;
  check: ApiCheck;
  defect: ApiDefect;
  /** The source, if it is another one than that of the rule. */
  specification?: SpecificationReference | undefined;
}

export type ApiRows = Readonly<Record<string, ApiRow>>;

/** What the check of a row does, and the defect that proves it. */
export interface Proven {
  check: ApiCheck;
  defect: ApiDefect;
}

/** The request is valid, and the answer must be what the rule demands. */
export const answers = (rule: RuleId, title: string, proven: Proven): ApiRow => ({
  title,
  expected: 'accept',
  rule,
  ...proven,
});

/** The request violates the rule, and must be refused. */
export const refuses = (rule: RuleId, title: string, proven: Proven): ApiRow => ({
  title,
  expected: 'refuse',
  rule,
  ...proven,
});

/** Both outcomes are correct, for the reason given; only HTTP status 5xx is not. */
export const mayRefuse = (rule: RuleId, title: string, reason: string, proven: Proven): ApiRow => ({
  title,
  expected: { either: reason },
  rule,
  ...proven,
});

const isSignIn = (group: string, name: string): boolean =>
  group === 'api-sign-in-options' || name.startsWith('sign-in.');

/** Returns the dictionary of the ceremony, if the rule has one for each. */
function referenceOf(rule: RuleId, signsIn: boolean): SpecificationReference {
  const { specification, authentication = specification.section } = ruleOf(rule);
  return signsIn ? { ...specification, section: authentication } : specification;
}

export const apiCases = (group: string, rows: ApiRows): ApiCase[] =>
  Object.entries(rows).map(([name, { title, expected, rule, check, defect, specification }]) => ({
    id: `${group}.${name}`,
    group,
    ceremony: 'api',
    title,
    since,
    level: 'MUST',
    specification: specification ?? referenceOf(rule, isSignIn(group, name)),
    provenBy: [rule],
    expected,
    rules: [rule],
    base: createBase({}),
    change: {},
    check,
    defect,
  }));

/** Returns a finding if the value is not the expected one. */
export const compareValue = (name: string, found: unknown, expected: unknown): string | undefined =>
  JSON.stringify(found) === JSON.stringify(expected)
    ? undefined
    : `Expected ${JSON.stringify(expected)} in ${name}, got ${show(found)}`;

/** Returns a finding if the condition is not met. */
export const expectThat = (isMet: boolean, expected: string, found: unknown): string | undefined =>
  isMet ? undefined : `Expected ${expected}, got ${show(found)}`;

/** The evidence has the whole answer. */
const maxShown = 200;

function show(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > maxShown ? `${text.slice(0, maxShown)}...` : text;
}

export const isSuccess = ({ status, body }: ApiAnswer): boolean => status < 300 && body?.status === 'ok';

/** Returns a finding if the answer accepts the request; how it refuses is the subject of `api.failure`. */
export const expectNoSuccess = (answer: ApiAnswer): string | undefined =>
  expectThat(!isSuccess(answer), 'a refusal', { status: answer.status, ...answer.body });

/**
 * Returns a finding if the answer accepts the request, or says with HTTP status 4xx that it is ok.
 * @throws {UnavailableError} if the answer neither accepts nor refuses it.
 */
export function expectRefusal(answer: ApiAnswer): string | undefined {
  const { status, body } = answer;
  const judgement = judgeAnswer(answer);
  if (judgement.kind !== 'unclear' || body?.status === 'ok')
    return expectThat(judgement.kind === 'refused', 'a refusal', { status, ...body });
  throw new UnavailableError(`The answer neither accepts nor refuses the request: ${judgement.found}`);
}

/** Returns a finding unless the answer accepts the request. */
export const expectSuccess = (answer: ApiAnswer): string | undefined =>
  expectThat(isSuccess(answer), 'acceptance', { status: answer.status, ...answer.body });

const base64url = /^[A-Za-z0-9_-]+$/;

/** Returns the bytes, or undefined if the value is not base64url without padding. */
export const readBase64url = (value: unknown): Uint8Array | undefined =>
  typeof value === 'string' && base64url.test(value) && value.length % 4 !== 1
    ? Buffer.from(value, 'base64url')
    : undefined;

/** Returns the list, or an empty one if the value is none. */
export const toList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Returns the rows with a first part of the name before each name. */
export const withPrefix = (prefix: string, rows: ApiRows): ApiRows =>
  Object.fromEntries(Object.entries(rows).map(([name, row]) => [`${prefix}.${name}`, row]));
