/** The words of a security dialog, by what it asks. `{site}`, `{user}`, `{key}`, `{min}` and `{retries}` are filled in by `dialog-view.ts`. */
import type { AuthenticatorChoice, EndReason, PinPrompt, PresencePrompt } from '#client/user-interaction.ts';

export interface DialogText {
  title: string;
  text: string;
}

export interface DialogTexts {
  choose: DialogText;
  /** Kinds of places, as the dialog calls them. */
  places: Record<AuthenticatorChoice['kind'], string>;
  connect: DialogText;
  /** `fields` are the labels of the inputs. */
  pin: Record<PinPrompt['kind'], DialogText & { fields: readonly string[] }>;
  pinProblems: Record<NonNullable<PinPrompt['problem']>, string>;
  /** Added to a wrong PIN when three or fewer tries are left. */
  fewRetries: string;
  presence: Record<PresencePrompt['why'], DialogText>;
  /** Replaces the text of a presence prompt when the key has a fingerprint sensor. */
  fingerprint: string;
  review: DialogText;
  /** Added to the review when the site asks for make and model. */
  attestation: string;
  account: DialogText;
  ended: Record<EndReason, DialogText>;
  buttons: { cancel: string; next: string; ok: string; close: string };
}
