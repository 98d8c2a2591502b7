// Signs in with a passkey: gets options from the portal, calls get(), sends the response. The user starts it with the button, or, if the
// portal offers it, picks a passkey from the autofill list of the user name.
import { authenticationJson, parseRequestOptions, post } from './webauthn.js';

/** @typedef {{ accepted: false, reason: string, why: string, advice: string }} Refused */

const getElement = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const button = /** @type {HTMLButtonElement} */ (getElement('passkey'));

/** Ends the request behind the autofill list. */
let autofill = new AbortController();

function showProblem(/** @type {{ reason: string, why: string, advice: string }} */ { reason, why, advice }) {
  getElement('reason').textContent = reason;
  getElement('why').textContent = why;
  getElement('advice').textContent = advice;
  getElement('problem').hidden = false;
}

/** @returns {Promise<{ accepted: true, next: string } | Refused>} */
async function signIn(/** @type {Omit<CredentialRequestOptions, 'publicKey'>} */ request = {}) {
  const { options } = await post('/api/sign-in/options', {});
  const publicKey = parseRequestOptions(options);
  const credential = /** @type {PublicKeyCredential} */ (await navigator.credentials.get({ ...request, publicKey }));
  getElement('problem').hidden = true;
  const next = encodeURIComponent(button.dataset.next ?? '/');
  const outcome = await post(`/api/sign-in?next=${next}`, authenticationJson(credential));
  if (outcome.reason === 'credential-unknown') await signalUnknown(options.rpId, credential.id);
  return outcome;
}

/** Tells the browser that this passkey no longer exists, so that it is not offered again. */
async function signalUnknown(/** @type {string} */ rpId, /** @type {string} */ credentialId) {
  const methods = /** @type {{ signalUnknownCredential?: (options: object) => Promise<void> }} */ (
    /** @type {unknown} */ (PublicKeyCredential)
  );
  await methods.signalUnknownCredential?.({ rpId, credentialId }).catch(() => undefined);
}

async function hasConditionalGet() {
  if (button.dataset.autofill === undefined || !('PublicKeyCredential' in window)) return false;
  const capabilities = await PublicKeyCredential.getClientCapabilities?.();
  return capabilities?.conditionalGet ?? (await PublicKeyCredential.isConditionalMediationAvailable?.());
}

/** Offers passkeys in the autofill list until one signs the user in, or the button is pressed. */
async function offerAutofill() {
  if (!(await hasConditionalGet())) return;
  autofill = new AbortController();
  const { signal } = autofill;
  try {
    const outcome = await signIn({ mediation: 'conditional', signal });
    if (outcome.accepted) return location.assign(outcome.next);
    showProblem(outcome);
  } catch {
    return; // aborted, or the browser does not offer passkeys in the list
  }
  await offerAutofill();
}

button.addEventListener('click', async () => {
  autofill.abort();
  getElement('problem').hidden = true;
  button.disabled = true;
  try {
    const outcome = await signIn();
    if (outcome.accepted) return location.assign(outcome.next);
    showProblem(outcome);
  } catch (error) {
    const reason = error instanceof Error ? error.name : 'UnknownError';
    showProblem({ reason, why: 'No passkey was used.', advice: 'Try again, or sign in another way.' });
  } finally {
    button.disabled = false;
  }
  await offerAutofill();
});

await offerAutofill();
