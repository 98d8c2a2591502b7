/**
 * Whether the relying party has accepted what a step did with valid credentials. A refusal that the case does not expect is a failure of this
 * step: otherwise the case fails at a later step that has nothing to do with it. If the relying party does not report the outcome, nothing is checked.
 */
import type { Refusal } from '../parties/relying-party-log.ts';
import type { StepContext } from './step-context.ts';

/**
 * Throws if the relying party has refused something since its log had `since` events, and the case does not expect that.
 * @param what what the site did not do, for the message: `did not sign in adele`.
 */
export function refuseUnexpected(what: string, since: number, { organisation, expectsRefusal }: StepContext): void {
  const refusals = organisation.log?.refusalsSince(since) ?? [];
  const unexpected = refusals.find((refusal) => !expectsRefusal(refusal));
  if (unexpected) throw new Error(`The site ${what}: ${unexpected.reason}`);
}

/** Waits until the relying party has logged one of `events` or a refusal, and does what {@link refuseUnexpected} does. */
export async function whenAccepted(
  events: readonly string[],
  what: string,
  context: StepContext,
  { since, signal }: { since: number; signal: AbortSignal },
): Promise<void> {
  const { log } = context.organisation;
  if (!log) return;
  try {
    await log.whenDone(events, since, signal);
  } catch (cause) {
    throw new Error(`The site ${what}`, { cause });
  }
  refuseUnexpected(what, since, context);
}

/** Returns whether a case expects a refusal: its reason, or its event. */
export const expectsRefusal =
  (lines: readonly { path: string; expected: unknown }[]) =>
  ({ event, reason }: Refusal): boolean =>
    lines.some(
      ({ path, expected }) =>
        (path === 'relying-party.refused' && expected === reason) ||
        (path === 'relying-party.events' && Array.isArray(expected) && expected.includes(event)),
    );
