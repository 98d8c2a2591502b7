// Registers a passkey on the "Set up a passkey" page: gets options from the portal, calls create(), sends the response, opens the naming page.
import { parseCreationOptions, post, registrationJson } from './webauthn.js';

/** @typedef {{ accepted: false, reason: string, why: string, advice: string }} Refused */
/** @typedef {{ accepted: true, next: string }} Registered */
/** @typedef {{ accepted: true, options: PublicKeyCredentialCreationOptionsJSON }} Options */

const getElement = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** Shows one of the three panels and moves the focus to its heading. */
function showPanel(/** @type {'intro' | 'working' | 'problem'} */ panel) {
  for (const id of ['intro', 'working', 'problem']) getElement(id).hidden = id !== panel;
  const heading = getElement(panel).querySelector('h1');
  heading?.setAttribute('tabindex', '-1');
  heading?.focus();
}

function showProblem(/** @type {Refused} */ { reason, why, advice }) {
  getElement('reason').textContent = reason;
  getElement('why').textContent = why;
  getElement('advice').textContent = advice;
  const needsMfa = reason.startsWith('mfa-');
  getElement('verify-again').hidden = !needsMfa;
  getElement('retry').hidden = needsMfa;
  showPanel('problem');
}

/** @returns {Promise<Registered | Refused>} */
async function register(/** @type {AbortSignal} */ signal) {
  /** @type {Options | Refused} */
  const outcome = await post('/api/passkeys/options', {});
  if (!outcome.accepted) return outcome;
  try {
    if (!('PublicKeyCredential' in window)) throw new DOMException('This browser has no WebAuthn', 'NoWebAuthn');
    const created = await navigator.credentials.create({ publicKey: parseCreationOptions(outcome.options), signal });
    return await post('/api/passkeys', registrationJson(/** @type {PublicKeyCredential} */ (created)));
  } catch (error) {
    return post('/api/passkeys/failed', { name: error instanceof Error ? error.name : 'UnknownError' });
  }
}

async function startRegistration() {
  showPanel('working');
  const controller = new AbortController();
  getElement('stop').onclick = () => controller.abort();
  try {
    const outcome = await register(controller.signal);
    if (outcome.accepted) location.assign(outcome.next);
    else showProblem(outcome);
  } catch {
    const why = 'We couldn’t reach the server.';
    showProblem({ accepted: false, reason: 'offline', why, advice: 'Check your connection, then try again.' });
  }
}

getElement('start').addEventListener('click', startRegistration);
getElement('retry').addEventListener('click', startRegistration);
