// Runs the ceremony on the "Set up a passkey" page: options from the portal, create(), the answer back, then on to naming.
import { parseCreationOptions, post, registrationJson } from './webauthn.js';

/** @typedef {{ accepted: false, reason: string, why: string, advice: string }} Refused */
/** @typedef {{ accepted: true, next: string }} Registered */
/** @typedef {{ accepted: true, options: PublicKeyCredentialCreationOptionsJSON }} Options */

const element = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** Shows one of the three panels and moves the focus there. */
function show(/** @type {'intro' | 'working' | 'problem'} */ panel) {
  for (const id of ['intro', 'working', 'problem']) element(id).hidden = id !== panel;
  const heading = element(panel).querySelector('h1');
  heading?.setAttribute('tabindex', '-1');
  heading?.focus();
}

function showProblem(/** @type {Refused} */ { reason, why, advice }) {
  element('reason').textContent = reason;
  element('why').textContent = why;
  element('advice').textContent = advice;
  const needsMfa = reason.startsWith('mfa-');
  element('verify-again').hidden = !needsMfa;
  element('retry').hidden = needsMfa;
  show('problem');
}

/** @returns {Promise<Registered | Refused>} */
async function register(/** @type {AbortSignal} */ signal) {
  /** @type {Options | Refused} */
  const given = await post('/api/passkeys/options', {});
  if (!given.accepted) return given;
  try {
    if (!('PublicKeyCredential' in window)) throw new DOMException('no WebAuthn', 'NoWebAuthn');
    const created = await navigator.credentials.create({ publicKey: parseCreationOptions(given.options), signal });
    return await post('/api/passkeys', registrationJson(/** @type {PublicKeyCredential} */ (created)));
  } catch (error) {
    return post('/api/passkeys/failed', { name: error instanceof Error ? error.name : 'UnknownError' });
  }
}

async function run() {
  show('working');
  const aborter = new AbortController();
  element('stop').onclick = () => aborter.abort();
  try {
    const outcome = await register(aborter.signal);
    if (outcome.accepted) location.assign(outcome.next);
    else showProblem(outcome);
  } catch {
    const why = 'We couldn’t reach the server.';
    showProblem({ accepted: false, reason: 'offline', why, advice: 'Check your connection, then try again.' });
  }
}

element('start').addEventListener('click', run);
element('retry').addEventListener('click', run);
