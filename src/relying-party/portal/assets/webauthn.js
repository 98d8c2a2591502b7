// What the pages with a ceremony share: talking to the portal, and WebAuthn's JSON forms for browsers that lack them.

const csrf = /** @type {HTMLMetaElement} */ (document.querySelector('meta[name=csrf]')).content;

/** @returns {Promise<any>} the portal's JSON answer; refusals too. */
export async function post(/** @type {string} */ path, /** @type {unknown} */ body) {
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

const descriptor = (/** @type {PublicKeyCredentialDescriptorJSON} */ item) => ({ ...item, id: fromBase64url(item.id) });

/** parseCreationOptionsFromJSON, also where the browser has none. */
export function parseCreationOptions(/** @type {PublicKeyCredentialCreationOptionsJSON} */ json) {
  if (PublicKeyCredential.parseCreationOptionsFromJSON) return PublicKeyCredential.parseCreationOptionsFromJSON(json);
  return /** @type {PublicKeyCredentialCreationOptions} */ ({
    ...json,
    challenge: fromBase64url(json.challenge),
    user: { ...json.user, id: fromBase64url(json.user.id) },
    excludeCredentials: (json.excludeCredentials ?? []).map(descriptor),
  });
}

/** parseRequestOptionsFromJSON, also where the browser has none. */
export function parseRequestOptions(/** @type {PublicKeyCredentialRequestOptionsJSON} */ json) {
  if (PublicKeyCredential.parseRequestOptionsFromJSON) return PublicKeyCredential.parseRequestOptionsFromJSON(json);
  return /** @type {PublicKeyCredentialRequestOptions} */ ({
    ...json,
    challenge: fromBase64url(json.challenge),
    allowCredentials: (json.allowCredentials ?? []).map(descriptor),
  });
}

const common = (/** @type {PublicKeyCredential} */ credential) => ({
  id: credential.id,
  rawId: toBase64url(credential.rawId),
  type: credential.type,
  authenticatorAttachment: credential.authenticatorAttachment,
  clientExtensionResults: credential.getClientExtensionResults(),
});

/** RegistrationResponseJSON, also where the browser has no toJSON. */
export function registrationJson(/** @type {PublicKeyCredential} */ credential) {
  if (typeof credential.toJSON === 'function') return credential.toJSON();
  const response = /** @type {AuthenticatorAttestationResponse} */ (credential.response);
  return {
    ...common(credential),
    response: {
      clientDataJSON: toBase64url(response.clientDataJSON),
      attestationObject: toBase64url(response.attestationObject),
      transports: response.getTransports?.() ?? [],
    },
  };
}

/** AuthenticationResponseJSON, also where the browser has no toJSON. */
export function authenticationJson(/** @type {PublicKeyCredential} */ credential) {
  if (typeof credential.toJSON === 'function') return credential.toJSON();
  const response = /** @type {AuthenticatorAssertionResponse} */ (credential.response);
  return {
    ...common(credential),
    response: {
      clientDataJSON: toBase64url(response.clientDataJSON),
      authenticatorData: toBase64url(response.authenticatorData),
      signature: toBase64url(response.signature),
      userHandle: response.userHandle ? toBase64url(response.userHandle) : null,
    },
  };
}
