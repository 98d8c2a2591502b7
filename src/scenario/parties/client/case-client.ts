/** Who asks the person in a case. Two of them: our client behind the bridge, and the browser's own WebAuthn. */

import type { AdjustableClock } from '#base/clock.ts';
import type { Random } from '#base/random.ts';
import type { AuthenticatorChoice } from '#client/user-interaction.ts';
import type { ExpandedCase } from '../../language/expanded-case.ts';
import type { CaseRecorder } from '../case-recorder.ts';
import type { Ceremonies } from '../ceremonies.ts';
import type { Authenticators } from '../key-under-test.ts';
import type { DialogObserver, SecurityDialog } from '../security-dialog.ts';
import type { Site } from '../site/site.ts';

/** What the security dialog looks like. */
export interface Picture extends DialogObserver {
  /** Asks for the other places to save to where they are hidden; @returns what the person pressed for it. */
  reach(kind: AuthenticatorChoice['kind']): string | undefined;
  /** PNG of page and dialog. */
  screenshot(): Promise<Buffer>;
}

/** With whom the client has to do. */
export interface ClientParts {
  scenario: ExpandedCase;
  authenticators: Authenticators;
  ceremonies: Ceremonies;
  dialog: SecurityDialog;
  clock: AdjustableClock;
  recorder: CaseRecorder;
  random: Random;
  attach(name: string, contentType: string, body: Buffer): Promise<void>;
}

export interface CaseClient {
  /** For grouping in reports. */
  dialogLabel(scenario: ExpandedCase): string;
  picture(scenario: ExpandedCase, site: Site): Picture;
  /** From now on ceremonies of the page go through it; disposing ends that. */
  sit(parts: ClientParts): Promise<AsyncDisposable>;
  /** What went wrong between page and client behind the page's back. */
  problems(): string[];
}
