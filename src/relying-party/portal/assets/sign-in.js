// Signs in with a passkey: gets options from the portal, calls get(), sends the response.
import { authenticationJson, parseRequestOptions, post } from './webauthn.js';

const getElement = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const button = /** @type {HTMLButtonElement} */ (getElement('passkey'));

function showProblem(/** @type {{ reason: string, why: string, advice: string }} */ { reason, why, advice }) {
  getElement('reason').textContent = reason;
  getElement('why').textContent = why;
  getElement('advice').textContent = advice;
  getElement('problem').hidden = false;
}

async function signIn() {
  const { options } = await post('/api/sign-in/options', {});
  const credential = await navigator.credentials.get({ publicKey: parseRequestOptions(options) });
  const next = encodeURIComponent(button.dataset.next ?? '/');
  return post(`/api/sign-in?next=${next}`, authenticationJson(/** @type {PublicKeyCredential} */ (credential)));
}

button.addEventListener('click', async () => {
  getElement('problem').hidden = true;
  button.disabled = true;
  try {
    const outcome = await signIn();
    if (outcome.accepted) location.assign(outcome.next);
    else showProblem(outcome);
  } catch (error) {
    const reason = error instanceof Error ? error.name : 'UnknownError';
    showProblem({ reason, why: 'No passkey was used.', advice: 'Try again, or sign in another way.' });
  } finally {
    button.disabled = false;
  }
});
