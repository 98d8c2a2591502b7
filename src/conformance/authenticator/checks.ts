/** The checks of requirements. Each throws RequirementViolated with what was found and what was expected. */
import { equal, toHex } from '#base/bytes.ts';
import type { CborKey, CborMap, CborValue } from '#protocol/cbor.ts';
import type { CtapStatusName } from '#protocol/status.ts';
import type { Exchange } from './exchange.ts';
import { NotApplicable, RequirementViolated } from './failures.ts';
import { formatCbor } from './format-cbor.ts';
import { from21 } from './preconditions.ts';
import type { TestContext } from './test-context.ts';

/** @throws {RequirementViolated} with `message` if `condition` is false. */
export function check(condition: boolean, message: string): asserts condition {
  if (!condition) throw new RequirementViolated(message);
}

/** Checks that a command succeeded with a well-formed answer, and returns the members of the answer. */
export function checkSuccess({ status, members, problem }: Exchange): CborMap {
  check(status === 'CTAP2_OK', `Expected CTAP2_OK, got ${status}`);
  check(problem === undefined, problem ?? '');
  return members;
}

/** Checks that a command ended with one of these statuses, which the specification demands. */
export function checkStatus({ status, problem }: Exchange, ...accepted: readonly CtapStatusName[]): void {
  check((accepted as readonly string[]).includes(status), `Expected ${accepted.join(' or ')}, got ${status}`);
  check(problem === undefined, problem ?? '');
}

/**
 * Checks that a command was refused. A refusal with another status than the accepted ones is an observation: the specification
 * demands the refusal, but not its status.
 */
export function checkRefused(
  context: TestContext,
  { status, problem }: Exchange,
  ...accepted: readonly CtapStatusName[]
): void {
  check(status !== 'CTAP2_OK', `Expected a refusal with ${accepted.join(' or ')}, got CTAP2_OK`);
  check(status !== 'none', 'Expected a status, got an empty answer');
  check(problem === undefined, problem ?? '');
  if (!(accepted as readonly string[]).includes(status))
    context.observe(`Refused with ${status}, expected ${accepted.join(' or ')}`);
}

/**
 * Checks that a command was refused: from CTAP 2.1 on with one of these statuses, which CTAP 2.0 does not demand.
 */
export function checkStatusFrom21(
  context: TestContext,
  exchange: Exchange,
  ...accepted: readonly CtapStatusName[]
): void {
  if (from21.isMet(context.info, [])) checkStatus(exchange, ...accepted);
  else checkRefused(context, exchange, ...accepted);
}

/** Checks that two byte strings are equal. */
export const checkEqualBytes = (found: Uint8Array, expected: Uint8Array, what: string): void =>
  check(equal(found, expected), `Expected ${what} to be ${toHex(expected)}, got ${toHex(found)}`);

/** Checks that two byte strings differ. */
export const checkDifferentBytes = (first: Uint8Array, second: Uint8Array, what: string): void =>
  check(!equal(first, second), `Expected ${what} to be different, got twice ${toHex(first)}`);

/** Checks a value of an answer that is neither a byte string nor a map. */
export const checkEqual = (found: CborValue | undefined, expected: CborValue | undefined, what: string): void =>
  check(found === expected, `Expected ${what} to be ${show(expected)}, got ${show(found)}`);

const show = (value: CborValue | undefined): string => (value === undefined ? 'absent' : formatCbor(value));

const readMember =
  <T extends CborValue>(expected: string, accepts: (value: CborValue | undefined) => value is T) =>
  (members: CborMap, key: CborKey, name: string): T => {
    const value = members.get(key);
    check(accepts(value), `Expected ${name} to be ${expected}, got ${show(value)}`);
    return value;
  };

/** Return the member of an answer if it has the type. @throws {RequirementViolated} */
export const readBytes = readMember('a byte string', (value): value is Uint8Array => value instanceof Uint8Array);
export const readText = readMember('a text string', (value): value is string => typeof value === 'string');
export const readUnsigned = readMember(
  'an unsigned integer',
  (value): value is number => typeof value === 'number' && value >= 0,
);
export const readMap = readMember('a map', (value): value is CborMap => value instanceof Map);
export const readList = readMember('an array', (value): value is CborValue[] => Array.isArray(value));

/**
 * Requires that the authenticator has reported that it waits for the user. A card on a reader may answer without such a report: placing it
 * there counts as the touch, CTAP 2.1 section 11.3.
 */
export function checkWaited({ device }: TestContext, { waitedForUser }: Exchange): void {
  if (waitedForUser) return;
  if (device.transport === 'nfc' || device.transport === 'smart-card')
    throw new NotApplicable('A card does not report that it waits for the user');
  throw new RequirementViolated('Expected the authenticator to wait for a touch');
}
