/** Runs one case: opens the authenticator, brings it into the state of the requirement, checks, and turns the end into a verdict. */
import { withTimeout } from '#base/async.ts';
import { systemClock } from '#base/clock.ts';
import { messageOf, UsageError } from '#base/errors.ts';
import { seededRandom } from '#base/seeded-random.ts';
import { CtapError, ProtocolViolation, TransportError } from '#protocol/errors.ts';
import type { AuthenticatorInfo } from '#protocol/get-info.ts';
import { type CaseResult, caseId } from '../case-result.ts';
import type { CheckVerdict } from '../verdict.ts';
import { toCommandExchange } from './exchange.ts';
import { NotApplicable, RequirementViolated, SetUpFailed } from './failures.ts';
import { ensurePin } from './pin.ts';
import { hasClientPin } from './preconditions.ts';
import { findReasonNotApplicable, type Requirement, type Variant } from './requirement.ts';
import { TestContext } from './test-context.ts';
import type { TargetInterface, TestTargetSource } from './test-target.ts';

/** A requirement in one of its variants. */
export interface TestCase {
  requirement: Requirement;
  variant: Variant | undefined;
}

/** Returns the cases of the requirements in their order. */
export const casesOf = (requirements: readonly Requirement[]): TestCase[] =>
  requirements.flatMap((requirement): TestCase[] =>
    requirement.variants.length > 0
      ? requirement.variants.map((variant) => ({ requirement, variant }))
      : [{ requirement, variant: undefined }],
  );

export const idOfCase = ({ requirement, variant }: TestCase): string =>
  caseId({ id: requirement.id, variant: variant?.name });

/** A case that takes longer is inconclusive: the authenticator does not answer. */
const maxCaseMs = 20_000;
/** The exchanges that a report shows. */
const maxExchanges = 4;

/** Returns whether a case applies to an authenticator with this getInfo and these interfaces. */
export const isApplicable = (
  test: TestCase,
  info: AuthenticatorInfo,
  interfaces: readonly TargetInterface[] = [],
): boolean => findReasonNotApplicable(preconditionsOf(test), info, interfaces) === undefined;

/** Runs a case if it applies to an authenticator with this getInfo. Never throws because of what the authenticator does. */
export async function runCase(test: TestCase, source: TestTargetSource, info: AuthenticatorInfo): Promise<CaseResult> {
  const reason = findReasonNotApplicable(preconditionsOf(test), info, source.interfaces);
  if (reason === undefined) return runApplicableCase(test, source);
  return { ...identityOf(test), verdict: 'not-applicable', message: reason, evidence: [] };
}

/** Runs a case without checking its preconditions. */
export async function runApplicableCase(test: TestCase, source: TestTargetSource): Promise<CaseResult> {
  const startedAt = systemClock.monotonic();
  const result = await openAndCheck(test, source).catch(judgeError);
  return { evidence: [], ...identityOf(test), ...result, durationMs: systemClock.monotonic() - startedAt };
}

async function openAndCheck(test: TestCase, source: TestTargetSource) {
  const id = idOfCase(test);
  const { requirement, variant } = test;
  await using target = await source.open(id, requirement);
  const metadata = await source.metadata?.();
  const context = new TestContext({ target, random: seededRandom(id), caseId: id, variant: variant?.name, metadata });
  const limitMs = source.caseLimitMs ?? maxCaseMs;
  const timeout = () => new SetUpFailed(`The case did not end within ${limitMs / 1000} seconds`);
  const checked = source.keepsState ? checkIfStillApplicable(test, context, source) : check(requirement, context);
  const ended = await withTimeout(checked, limitMs, systemClock, timeout).catch(judgeError);
  const evidence = ended.verdict === 'pass' ? [] : context.lastMessages(maxExchanges);
  return { ...ended, evidence, exchanges: context.exchanges.map(toCommandExchange) };
}

/** A reset deletes fingerprints, so a requirement may no longer be applicable although it was when the run began. */
async function checkIfStillApplicable(test: TestCase, context: TestContext, { interfaces }: TestTargetSource) {
  const reason = findReasonNotApplicable(preconditionsOf(test), await context.readInfo(), interfaces);
  if (reason !== undefined) throw new SetUpFailed(`${reason}: it did before the cases changed the authenticator`);
  return check(test.requirement, context);
}

const identityOf = ({ requirement, variant }: TestCase) => ({ id: requirement.id, variant: variant?.name });

function preconditionsOf({ requirement, variant }: TestCase) {
  const forState = requirement.state === 'pin' ? [hasClientPin] : [];
  return [...requirement.preconditions, ...(variant?.preconditions ?? []), ...forState];
}

interface Ending {
  verdict: CheckVerdict;
  message: string;
}

async function check({ state, run }: Requirement, context: TestContext): Promise<Ending> {
  context.info = await context.readInfo();
  if (state === 'pin') {
    await ensurePin(context);
    context.info = await context.readInfo();
  }
  await run(context);
  const { observations } = context;
  return observations.length > 0
    ? { verdict: 'observation', message: observations.join('; ') }
    : { verdict: 'pass', message: '' };
}

/** Errors of the device are failures of the requirement, unless the device is gone or was not ready for the check. */
function judgeError(error: unknown): Ending {
  const message = messageOf(error);
  if (error instanceof NotApplicable) return { verdict: 'not-applicable', message };
  // The guard of a real key refuses what its owner has not permitted.
  if (error instanceof SetUpFailed || error instanceof UsageError) return { verdict: 'inconclusive', message };
  if (error instanceof TransportError && error.kind !== 'framing') return { verdict: 'inconclusive', message };
  const isViolation =
    error instanceof RequirementViolated ||
    error instanceof ProtocolViolation ||
    error instanceof CtapError ||
    error instanceof TransportError;
  if (isViolation) return { verdict: 'fail', message };
  throw error;
}
