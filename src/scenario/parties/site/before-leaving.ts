/** What a user waits for before leaving a page: it sends the credential that the client has just given to it. */
import { settlesWithin } from '#base/async.ts';
import { systemClock } from '#base/clock.ts';
import type { Ceremonies } from '../ceremonies.ts';
import type { SecurityDialog } from '../security-dialog.ts';
import type { Site } from './site.ts';

/** How long a ceremony takes to end that asks the user nothing more. */
const endingMs = 500;

interface Parties {
  site: Pick<Site, 'settle'>;
  dialog: Pick<SecurityDialog, 'open'>;
  ceremonies: Pick<Ceremonies, 'isRunning' | 'last' | 'settled'>;
}

/** Waits until the page has sent its credential, if it has one. A ceremony that waits for the user ends when the page is left. */
export async function whenCredentialSent({ site, dialog, ceremonies }: Parties): Promise<void> {
  const asksUser = dialog.open !== undefined && dialog.open.kind !== 'presence';
  if (ceremonies.isRunning && !asksUser) await settlesWithin(ceremonies.settled(), endingMs, systemClock);
  const { last } = ceremonies;
  if (last?.error === 'none') await site.settle(last.endedAt);
}
