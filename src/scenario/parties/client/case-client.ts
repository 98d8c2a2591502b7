/** The WebAuthn client of a case. Two implementations: our client behind the bridge, and the WebAuthn of the browser itself. */
import type { AdjustableClock } from '#base/clock.ts';
import type { Random } from '#base/random.ts';
import type { WebAuthnHandler } from '#browser/webauthn-handler.ts';
import type { RecentAuthentications } from '#client/recent-authentications.ts';
import type { RelatedOrigins } from '#client/related-origins.ts';
import type { AuthenticatorChoice } from '#client/user-interaction.ts';
import type { ExpandedCase } from '../../language/expanded-case.ts';
import type { CaseRecorder } from '../case-recorder.ts';
import type { Ceremonies } from '../ceremonies.ts';
import type { ConditionalGet } from '../conditional-get.ts';
import type { Authenticators } from '../key-under-test.ts';
import type { DialogObserver, SecurityDialog } from '../security-dialog.ts';
import type { SignalLog } from '../signal-log.ts';
import type { Site } from '../site/site.ts';

/** Draws the security dialog and takes screenshots of it. */
export interface DialogScreenshot extends DialogObserver {
  /**
   * Reveals the choice if the dialog hides it at first.
   * @returns the label of the link that the user presses for it, e.g. `Use another device`; undefined if the choice is visible.
   */
  revealChoice(kind: AuthenticatorChoice['kind']): string | undefined;
  /** Returns a PNG image of page and dialog. */
  screenshot(): Promise<Buffer>;
}

/** The parts of a case that its client uses. */
export interface ClientParts {
  scenario: ExpandedCase;
  authenticators: Authenticators;
  ceremonies: Ceremonies;
  dialog: SecurityDialog;
  conditionalGet: ConditionalGet;
  signals: SignalLog;
  /** The sign-ins of the user, also those with a password. */
  recentAuthentications: RecentAuthentications;
  /** The documents of related origins that the site serves itself; absent: those that the client gets over HTTPS. */
  relatedOrigins?: RelatedOrigins | undefined;
  clock: AdjustableClock;
  recorder: CaseRecorder;
  random: Random;
  attach(name: string, contentType: string, body: Buffer): Promise<void>;
}

export interface CaseClient {
  /** Label of the dialog, for grouping in reports. */
  dialogLabel(scenario: ExpandedCase): string;
  /** Whether conditional requests and signal methods of the page reach the client. */
  readonly hasConditionalMediation: boolean;
  createDialogScreenshot(scenario: ExpandedCase, site: Site): DialogScreenshot;
  /** Sends the ceremonies of the page to another handler, before `start`. Absent if the browser handles them itself. */
  handle?(handler: WebAuthnHandler): Promise<void>;
  /** Handles the ceremonies of the page from now on, until the returned object is disposed. */
  start(parts: ClientParts): Promise<AsyncDisposable>;
  /** Aborted with an {UnavailableError} as soon as browser or dialog have failed, because the steps cannot succeed then. */
  readonly failureSignal?: AbortSignal;
  /** Returns problems between page and client that are not reported to the page. */
  problems(): string[];
}
