/**
 * Conditional create(), WebAuthn L3 section 5.1.3 step 19: a site replaces the password of a user who has just signed in by a
 * passkey. There is no dialog; a credential manager creates the passkey without user presence and user verification.
 */
import type { Ceremony } from './ceremony.ts';
import { CeremonyError } from './ceremony-error.ts';
import { type CreationRequest, supportsCreation } from './make-credential.ts';
import { openAuthenticator, type SelectedAuthenticator } from './select-device.ts';

/**
 * Returns the credential manager that creates the passkey.
 * @throws {CeremonyError} NotAllowedError when there was no recent sign-in, the user does not allow it, or there is no suitable
 * credential manager.
 */
export async function selectCredentialManager(
  request: CreationRequest,
  ceremony: Ceremony,
): Promise<SelectedAuthenticator> {
  const { origin, recentAuthentications, authenticators } = ceremony.context;
  if (!recentAuthentications?.includes(origin)) throw notAllowed(`the user has not just signed in at ${origin}`);
  const prompt = { rpId: request.rpId, userName: request.options.user.name };
  await ceremony.askUser('Consent', (user, signal) => user.consentToConditionalCreate(prompt, signal));
  if (request.options.authenticatorAttachment !== 'cross-platform') {
    for (const available of authenticators.list().filter(({ createsWithoutPresence }) => createsWithoutPresence)) {
      const opened = await openAuthenticator(available, ceremony);
      if (supportsCreation(opened.info, request)) return opened;
    }
  }
  throw notAllowed('no credential manager can create a passkey for this request without a dialog');
}

const notAllowed = (reason: string) =>
  new CeremonyError('NotAllowedError', `Cannot create a passkey conditionally: ${reason}`);
