/** The texts of a security dialog by prompt. `dialog-view.ts` replaces `{site}`, `{user}`, `{key}`, `{min}` and `{retries}`. */
import type { AuthenticatorChoice, EndReason, PinPrompt, PresencePrompt } from '#client/user-interaction.ts';

export interface DialogText {
  title: string;
  text: string;
}

export interface DialogTexts {
  choose: DialogText;
  /** Labels of the kinds of authenticators. */
  kinds: Record<AuthenticatorChoice['kind'], string>;
  connect: DialogText;
  /** `fields`: labels of the inputs. */
  pin: Record<PinPrompt['kind'], DialogText & { fields: readonly string[] }>;
  pinProblems: Record<NonNullable<PinPrompt['problem']>, string>;
  /** Added to the message about a wrong PIN when three or fewer retries are left. */
  fewRetries: string;
  presence: Record<PresencePrompt['why'], DialogText>;
  /** Replaces the text of a presence prompt when the key verifies a fingerprint. */
  fingerprint: string;
  review: DialogText;
  /** Added to the review when the site asks for the make and model of the key. */
  attestation: string;
  account: DialogText;
  ended: Record<EndReason, DialogText>;
  buttons: { cancel: string; next: string; ok: string; close: string };
}
