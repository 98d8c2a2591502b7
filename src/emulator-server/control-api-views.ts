/** What the hooks show, as JSON: a key, and what its owner could see inside. */
import { toBase64url, toHex } from '#base/bytes.ts';
import type { KeyInsight, OnlineKey } from './served-key-session.ts';
import { touchText } from './touch-policy.ts';

export function keyView({ id, persona, label, name, plugged, hands }: OnlineKey) {
  const { question } = hands;
  return {
    id,
    persona,
    label,
    address: name,
    power: plugged ? 'on' : 'off',
    touch: touchText(hands.habit),
    asks: question ? { for: question.kind, rpId: question.rpId ?? null } : null,
  };
}

/** Ids of credentials are base64url, as in WebAuthn's JSON; ids of fingerprints are hex. */
export function stateView({ credentials, fingerprints, ...rest }: KeyInsight) {
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
