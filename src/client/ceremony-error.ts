/** The error of a failed ceremony: the DOMException for the page, and the reason that the dialog shows to the user. */
import { WebAuthnError, type WebAuthnErrorName } from '#protocol/errors.ts';
import type { EndReason } from './user-interaction.ts';

/** Message of the error when the user cancels a ceremony. */
export const cancelledMessage = 'The user cancelled';

export class CeremonyError extends WebAuthnError {
  /** Undefined when there is nothing to show, e.g. because the user cancelled. */
  readonly endReason: EndReason | undefined;
  constructor(name: WebAuthnErrorName, message: string, endReason?: EndReason, options?: ErrorOptions) {
    super(name, message, options);
    this.endReason = endReason;
  }
}
