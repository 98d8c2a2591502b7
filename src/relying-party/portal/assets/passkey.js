// Runs the ceremony on the "Set up a passkey" page: options from the portal, create(), the answer back, then on to naming.

/** @typedef {{ accepted: false, reason: string, why: string, advice: string }} Refused */
/** @typedef {{ accepted: true, next: string }} Registered */
/** @typedef {{ accepted: true, options: PublicKeyCredentialCreationOptionsJSON }} Options */

const csrf = /** @type {HTMLMetaElement} */ (document.querySelector('meta[name=csrf]')).content;
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

/** @returns {Promise<any>} the portal's JSON answer; refusals too. */
async function post(/** @type {string} */ path, /** @type {unknown} */ body) {
  const answer = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-csrf-token': csrf },
    body: JSON.stringify(body),
  });
  return answer.json();
}

const fromBase64url = (/** @type {string} */ text) =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));
const toBase64url = (/** @type {ArrayBuffer} */ buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

/** parseCreationOptionsFromJSON for browsers without it. */
function parseOptions(/** @type {PublicKeyCredentialCreationOptionsJSON} */ json) {
  if (PublicKeyCredential.parseCreationOptionsFromJSON) return PublicKeyCredential.parseCreationOptionsFromJSON(json);
  const descriptor = (/** @type {PublicKeyCredentialDescriptorJSON} */ item) => ({
    ...item,
    id: fromBase64url(item.id),
  });
  return /** @type {PublicKeyCredentialCreationOptions} */ ({
    ...json,
    challenge: fromBase64url(json.challenge),
    user: { ...json.user, id: fromBase64url(json.user.id) },
    excludeCredentials: (json.excludeCredentials ?? []).map(descriptor),
  });
}

/** PublicKeyCredential.toJSON for browsers without it. */
function toJson(/** @type {PublicKeyCredential} */ credential) {
  if (typeof credential.toJSON === 'function') return credential.toJSON();
  const response = /** @type {AuthenticatorAttestationResponse} */ (credential.response);
  return {
    id: credential.id,
    rawId: toBase64url(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: {
      clientDataJSON: toBase64url(response.clientDataJSON),
      attestationObject: toBase64url(response.attestationObject),
      transports: response.getTransports?.() ?? [],
    },
  };
}

/** @returns {Promise<Registered | Refused>} */
async function register() {
  /** @type {Options | Refused} */
  const given = await post('/api/passkeys/options', {});
  if (!given.accepted) return given;
  try {
    if (!('PublicKeyCredential' in window)) throw new DOMException('no WebAuthn', 'NoWebAuthn');
    const created = await navigator.credentials.create({ publicKey: parseOptions(given.options) });
    return await post('/api/passkeys', toJson(/** @type {PublicKeyCredential} */ (created)));
  } catch (error) {
    return post('/api/passkeys/failed', { name: error instanceof Error ? error.name : 'UnknownError' });
  }
}

async function run() {
  show('working');
  try {
    const outcome = await register();
    if (outcome.accepted) location.assign(outcome.next);
    else showProblem(outcome);
  } catch {
    const why = 'We couldn’t reach the server.';
    showProblem({ accepted: false, reason: 'offline', why, advice: 'Check your connection, then try again.' });
  }
}

element('start').addEventListener('click', run);
element('retry').addEventListener('click', run);
