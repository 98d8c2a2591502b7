/** Response bodies of the control API: a key and its state as JSON. */
import { toBase64url, toHex } from '#base/bytes.ts';
import type { KeyState, ServedKeySession } from './served-key-session.ts';
import { formatTouchPolicy } from './touch-policy.ts';

export function toKeyJson({ id, persona, label, name, plugged, gestures }: ServedKeySession) {
  const { pendingRequest, touchPolicy } = gestures;
  return {
    id,
    persona,
    label,
    address: name,
    power: plugged ? 'on' : 'off',
    touch: formatTouchPolicy(touchPolicy),
    asks: pendingRequest ? { for: pendingRequest.kind, rpId: pendingRequest.rpId ?? null } : null,
  };
}

/** Credential ids are base64url, as in WebAuthn's JSON; fingerprint template ids are hex. */
export function toStateJson({ credentials, fingerprints, ...rest }: KeyState) {
  return {
    ...rest,
    credentials: credentials.map(({ rpId, userName, credentialId }) => ({
      rpId,
      userName: userName ?? null,
      credentialId: toBase64url(credentialId),
    })),
    fingerprints: fingerprints.map(({ templateId, friendlyName }) => ({
      templateId: toHex(templateId),
      friendlyName: friendlyName ?? null,
    })),
  };
}
