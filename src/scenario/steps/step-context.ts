/** What the steps of one case can reach: the three parties, the person's hands, and the clock they all share. */
import type { AdjustableClock } from '#base/clock.ts';
import type { PartyEvent } from '#result/transcript.ts';
import type { Ceremonies } from '../parties/ceremonies.ts';
import type { Picture } from '../parties/client/case-client.ts';
import type { KeyUnderTest } from '../parties/key-under-test.ts';
import type { Organisation } from '../parties/organisation.ts';
import type { SecurityDialog } from '../parties/security-dialog.ts';
import type { Site } from '../parties/site/site.ts';

export interface World {
  /** Time of relying party, client and key; `let-time-pass` moves it. */
  readonly clock: AdjustableClock;
  /** The web site, as a person uses it. */
  readonly site: Site;
  /** The people and the policy behind the site. */
  readonly organisation: Organisation;
  readonly dialog: SecurityDialog;
  /** What that dialog looks like. */
  readonly picture: Picture;
  readonly ceremonies: Ceremonies;
  /** The security key of the case. */
  readonly key: KeyUnderTest;
  /** All authenticators, the one built into the device too. */
  readonly authenticators: readonly KeyUnderTest[];
  /** Notes for the report what the person did. */
  note(event: string, detail?: PartyEvent['detail']): void;
  /** Keeps a picture of the page with the report. */
  screenshot(name: string): Promise<void>;
  /** Runs on beside the following steps; it is awaited, and its failure reported, at the end of the steps. */
  meanwhile(work: Promise<void>): void;
}
