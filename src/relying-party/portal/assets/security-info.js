// Security info: tells the browser which passkeys are valid, and lets it create one without a dialog after a sign-in with a password.
import { parseCreationOptions, post, registrationJson } from './webauthn.js';

/** @typedef {'signalAllAcceptedCredentials' | 'signalCurrentUserDetails' | 'signalUnknownCredential'} SignalMethod */
/** @typedef {Partial<Record<SignalMethod, object>>} Signals */

const { dataset } = /** @type {HTMLElement} */ (document.getElementById('webauthn'));

/** Calls the signal methods that the browser has. Nothing depends on their outcome. */
async function send(/** @type {Signals} */ signals) {
  if (!('PublicKeyCredential' in window)) return;
  const methods = /** @type {Partial<Record<string, (options: object) => Promise<void>>>} */ (
    /** @type {unknown} */ (PublicKeyCredential)
  );
  for (const [method, options] of Object.entries(signals)) await methods[method]?.(options).catch(() => undefined);
}

/** Creates a passkey if the browser can do so without a dialog. If it cannot, the user notices nothing. */
async function upgrade() {
  const capabilities = await window.PublicKeyCredential?.getClientCapabilities?.();
  if (!capabilities?.conditionalCreate) return;
  const { accepted, options } = await post('/api/passkeys/upgrade/options', {});
  if (!accepted) return;
  const request = { mediation: 'conditional', publicKey: parseCreationOptions(options) };
  const created = await navigator.credentials
    .create(/** @type {CredentialCreationOptions} */ (request))
    .catch(() => undefined);
  if (!created) return;
  const outcome = await post('/api/passkeys/upgrade', registrationJson(/** @type {PublicKeyCredential} */ (created)));
  if (outcome.accepted) location.assign(outcome.next);
  else await send({ signalUnknownCredential: { rpId: options.rp.id, credentialId: created.id } });
}

if (dataset.signals) await send(JSON.parse(dataset.signals));
if (dataset.upgrade) await upgrade().finally(() => (dataset.upgrade = 'ended'));
