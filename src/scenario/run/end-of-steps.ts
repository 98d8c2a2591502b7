/** The end of the steps: everything that they have started must end without the user, because no step follows that could act. */
import { setImmediate as nextTick } from 'node:timers/promises';
import { LinkedAbort } from '#base/async.ts';
import type { Clock } from '#base/clock.ts';
import type { KeyUnderTest } from '../parties/key-under-test.ts';
import type { Question } from '../parties/security-dialog.ts';
import type { StepContext } from '../steps/step-context.ts';

/** How often the parties are looked at. */
const pollMs = 25;
/** How long a party may wait for the user after the last step: page, client and key need a moment to process that step. */
const reactionMs = 1_000;

export interface EndContext extends Pick<StepContext, 'dialog' | 'ceremonies' | 'authenticators'> {
  clock: Clock;
  site: Pick<StepContext['site'], 'settle'>;
}

/**
 * Waits until the ceremony has ended, and the page has reacted to it. A page that then starts another ceremony is followed, too.
 * @throws {Error} if the dialog or an authenticator waits for the user; the message names the open question. Also if `signal` aborts
 * first. `isActing` returns true while work of an earlier step will still act.
 */
export async function waitForEnd(context: EndContext, isActing: () => boolean, signal: AbortSignal): Promise<void> {
  const { ceremonies, clock, dialog, site } = context;
  do {
    await waitForCeremonyEnd(context, isActing, signal);
    await site.settle(ceremonies.last?.endedAt);
    await clock.sleep(pollMs); // the page may start a ceremony with the answer
  } while (ceremonies.isRunning || isOpenQuestion(dialog.open));
}

async function waitForCeremonyEnd(context: EndContext, isActing: () => boolean, signal: AbortSignal): Promise<void> {
  const { ceremonies, clock, dialog } = context;
  let waitsFor: { what: string; since: number } | undefined;
  for (;;) {
    const what = await whatWaitsForUser(context);
    if (what === undefined && !ceremonies.isRunning) return;
    if (signal.aborted) throw new Error(`The ceremony has not ended: ${what ?? dialog.describeState()}`);
    if (what === undefined || isActing()) waitsFor = undefined;
    else if (waitsFor?.what !== what) waitsFor = { what, since: clock.monotonic() };
    else if (clock.monotonic() - waitsFor.since >= reactionMs) throw new Error(`No step follows, but ${what}`);
    await clock.sleep(pollMs);
  }
}

/** Returns which party waits for what the user has to do; undefined if none does. */
async function whatWaitsForUser({ dialog, authenticators }: EndContext): Promise<string | undefined> {
  if (isOpenQuestion(dialog.open)) return `the security dialog is open: ${dialog.describeState()}`;
  if (dialog.isCancelled) return undefined; // a browser takes a moment to cancel the command of the key
  for (const key of authenticators)
    if (await requestsTouch(key)) return `the security dialog is open: ${key.facts.label} waits for a touch`;
  return undefined;
}

/** The client detects a touch later than the key, so the key is asked whether it waits for one. */
const isOpenQuestion = (open: Question | undefined): boolean => open !== undefined && open.kind !== 'presence';

async function requestsTouch(key: KeyUnderTest): Promise<boolean> {
  using asked = new LinkedAbort(new AbortController().signal);
  const requested = key.whenTouchRequested(asked.signal).then(
    () => true,
    () => false,
  );
  return await Promise.race([requested, nextTick(false)]);
}
