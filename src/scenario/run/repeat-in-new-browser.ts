/** Repeats a case once in a new browser when browser or dialog have failed: such a case has no result about the party under test. */
import { messageOf } from '#base/errors.ts';
import type { BrowserEnd } from '#browser/native/browser-process.ts';
import type { PartyEvent } from '#result/transcript.ts';

/** A session in a native browser, as far as repetitions are concerned. */
export interface RepeatableSession<Session> {
  /** How the browser has ended unexpectedly; undefined while it runs. */
  end(): Promise<BrowserEnd> | undefined;
  /** Returns a session in a new browser. */
  renew(): Promise<Session>;
}

interface Attempt<Outcome> {
  outcome: Outcome;
  /** Why browser or dialog failed; undefined if they did not. */
  failure: Error | undefined;
}

/** An attempt, and the events that the report shows before those of the case. */
interface RepeatedAttempt<Outcome> extends Attempt<Outcome> {
  events: PartyEvent[];
}

/** Runs the case; returns its second attempt if browser or dialog failed in the first. `attach` gets the record of the failed browser. */
export async function repeatAfterFailure<Session extends RepeatableSession<Session>, Outcome>(
  session: Session,
  run: (session: Session) => Promise<Attempt<Outcome>>,
  attach: (name: string, text: string) => Promise<void>,
): Promise<RepeatedAttempt<Outcome>> {
  const first = await run(session);
  if (!first.failure) return { ...first, events: [] };
  const events = [await describeFailure(session, first.failure, 'browser of the first attempt', attach)];
  const renewed = await session.renew().catch((error: unknown) => {
    events.push(createEvent('browser.not-started', { problem: messageOf(error) }));
  });
  if (!renewed) return { ...first, events };
  const second = await run(renewed);
  if (second.failure)
    events.push(await describeFailure(renewed, second.failure, 'browser of the second attempt', attach));
  return { ...second, events };
}

async function describeFailure(
  session: RepeatableSession<unknown>,
  failure: Error,
  name: string,
  attach: (name: string, text: string) => Promise<void>,
): Promise<PartyEvent> {
  const end = await session.end();
  if (end) await attach(name, end.report);
  return createEvent('browser.failed', { problem: failure.message, ...(end && { status: end.status }), attempt: name });
}

const createEvent = (event: string, detail: PartyEvent['detail']): PartyEvent => ({
  atMs: 0,
  party: 'client',
  event,
  detail,
});
