/** What the steps of a case can use: the three parties, and the clock that they share. */
import type { AdjustableClock } from '#base/clock.ts';
import type { PartyEvent } from '#result/transcript.ts';
import type { Ceremonies } from '../parties/ceremonies.ts';
import type { DialogScreenshot } from '../parties/client/case-client.ts';
import type { ConditionalGet } from '../parties/conditional-get.ts';
import type { KeyUnderTest } from '../parties/key-under-test.ts';
import type { Organisation } from '../parties/organisation.ts';
import type { Refusal } from '../parties/relying-party-log.ts';
import type { SecurityDialog } from '../parties/security-dialog.ts';
import type { SignalLog } from '../parties/signal-log.ts';
import type { OutcomeWatch } from '../parties/site/outcome-watch.ts';
import type { Site } from '../parties/site/site.ts';
import type { SiteFlow } from '../parties/site/site-flow.ts';

export interface StepContext {
  /** Clock of relying party, client and key; `let-time-pass` advances it. */
  readonly clock: AdjustableClock;
  /** The web site for the steps of the user. */
  readonly site: Site;
  /** Performs the parts of the registration flow on the site, as its site file describes them. */
  readonly flow: SiteFlow;
  /** How the site shows the outcome of a registration. */
  readonly outcomes: OutcomeWatch;
  /** The users and the policy behind the site. */
  readonly organisation: Organisation;
  readonly dialog: SecurityDialog;
  /** Draws the dialog and takes screenshots of it. */
  readonly dialogScreenshot: DialogScreenshot;
  readonly ceremonies: Ceremonies;
  /** The conditional get() of the page, and its signals; absent if they do not reach the client. */
  readonly conditionalGet?: ConditionalGet;
  readonly signals?: SignalLog;
  /** The security key of the case. */
  readonly key: KeyUnderTest;
  /** The security key, and the platform authenticator if the case has one. */
  readonly authenticators: readonly KeyUnderTest[];
  /** Returns whether the case expects that the relying party refuses this. */
  expectsRefusal(refusal: Refusal): boolean;
  /** Records for the report what the user did. */
  note(event: string, detail?: PartyEvent['detail']): void;
  /** Adds a screenshot of the page to the report. */
  screenshot(name: string): Promise<void>;
  /** Lets `work` continue during the following steps. Its failure is the failure of this step. */
  runInBackground<T>(work: BackgroundWork<T>): void;
}

/** The part of the context that all steps of a case share. */
export type CaseContext = Omit<StepContext, 'runInBackground'>;

export interface BackgroundWork<T> {
  /** Waits for the moment to act. `stepsEnded` aborts after the last step, when nothing can happen any more. */
  until(stepsEnded: AbortSignal): Promise<T>;
  /** Gets what `until` has resolved with. */
  act(value: T): Promise<void>;
}
