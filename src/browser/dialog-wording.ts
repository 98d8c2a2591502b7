/** The words of a security dialog, by what it asks. `{site}`, `{user}`, `{key}`, `{min}` and `{retries}` are filled in by `dialog-view.ts`. */
import type { AuthenticatorChoice, EndReason, PinPrompt, PresencePrompt } from '#client/user-interaction.ts';

export interface Wording {
  title: string;
  text: string;
}

export interface DialogWording {
  choose: Wording;
  /** Kinds of places, as the dialog calls them. */
  places: Record<AuthenticatorChoice['kind'], string>;
  connect: Wording;
  /** `fields` are the labels of the inputs. */
  pin: Record<PinPrompt['kind'], Wording & { fields: readonly string[] }>;
  pinProblems: Record<NonNullable<PinPrompt['problem']>, string>;
  /** Added to a wrong PIN when three or fewer tries are left. */
  fewRetries: string;
  presence: Record<PresencePrompt['why'], Wording>;
  /** Replaces the text of a presence prompt when the key has a fingerprint sensor. */
  fingerprint: string;
  review: Wording;
  /** Added to the review when the site asks for make and model. */
  attestation: string;
  account: Wording;
  ended: Record<EndReason, Wording>;
  buttons: { cancel: string; next: string; ok: string; close: string };
}
