// Shared by the pages that use WebAuthn: requests to the portal, and WebAuthn's JSON conversions for browsers without them.

const csrf = /** @type {HTMLMetaElement} */ (document.querySelector('meta[name=csrf]')).content;

/** @returns {Promise<any>} the portal's JSON response, which may be a refusal. */
export async function post(/** @type {string} */ path, /** @type {unknown} */ body) {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-csrf-token': csrf },
    body: JSON.stringify(body),
  });
  return response.json();
}

const fromBase64url = (/** @type {string} */ text) =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));
const toBase64url = (/** @type {ArrayBuffer} */ buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

const parseDescriptor = (/** @type {PublicKeyCredentialDescriptorJSON} */ item) => ({
  ...item,
  id: fromBase64url(item.id),
});

/** Does what parseCreationOptionsFromJSON does, also in browsers without it. */
export function parseCreationOptions(/** @type {PublicKeyCredentialCreationOptionsJSON} */ json) {
  if (PublicKeyCredential.parseCreationOptionsFromJSON) return PublicKeyCredential.parseCreationOptionsFromJSON(json);
  return /** @type {PublicKeyCredentialCreationOptions} */ ({
    ...json,
    challenge: fromBase64url(json.challenge),
    user: { ...json.user, id: fromBase64url(json.user.id) },
    excludeCredentials: (json.excludeCredentials ?? []).map(parseDescriptor),
  });
}

/** Does what parseRequestOptionsFromJSON does, also in browsers without it. */
export function parseRequestOptions(/** @type {PublicKeyCredentialRequestOptionsJSON} */ json) {
  if (PublicKeyCredential.parseRequestOptionsFromJSON) return PublicKeyCredential.parseRequestOptionsFromJSON(json);
  return /** @type {PublicKeyCredentialRequestOptions} */ ({
    ...json,
    challenge: fromBase64url(json.challenge),
    allowCredentials: (json.allowCredentials ?? []).map(parseDescriptor),
  });
}

const commonMembers = (/** @type {PublicKeyCredential} */ credential) => ({
  id: credential.id,
  rawId: toBase64url(credential.rawId),
  type: credential.type,
  authenticatorAttachment: credential.authenticatorAttachment,
  clientExtensionResults: credential.getClientExtensionResults(),
});

/** Converts a new credential to RegistrationResponseJSON, also in browsers without toJSON. */
export function registrationJson(/** @type {PublicKeyCredential} */ credential) {
  if (typeof credential.toJSON === 'function') return credential.toJSON();
  const response = /** @type {AuthenticatorAttestationResponse} */ (credential.response);
  return {
    ...commonMembers(credential),
    response: {
      clientDataJSON: toBase64url(response.clientDataJSON),
      attestationObject: toBase64url(response.attestationObject),
      transports: response.getTransports?.() ?? [],
    },
  };
}

/** Converts an assertion to AuthenticationResponseJSON, also in browsers without toJSON. */
export function authenticationJson(/** @type {PublicKeyCredential} */ credential) {
  if (typeof credential.toJSON === 'function') return credential.toJSON();
  const response = /** @type {AuthenticatorAssertionResponse} */ (credential.response);
  return {
    ...commonMembers(credential),
    response: {
      clientDataJSON: toBase64url(response.clientDataJSON),
      authenticatorData: toBase64url(response.authenticatorData),
      signature: toBase64url(response.signature),
      userHandle: response.userHandle ? toBase64url(response.userHandle) : null,
    },
  };
}
