/** A passkey that a page has registered, read from the response that the page got. */
import { formatAaguid, fromBase64url, toBase64url } from '#base/bytes.ts';
import type { RegistrationResponseJSON } from '#client/credential-json.ts';
import type { PublicKeyCredentialCreationOptionsJSON } from '#client/credential-options.ts';
import { flag, parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import { decode } from '#protocol/cbor-reader.ts';

/** Ids are base64url. */
export interface RegisteredPasskey {
  /** RP ID, e.g. `example.com`. */
  rpId: string;
  /** Origin of the page that asked for the passkey. */
  origin: string;
  userName: string;
  userDisplayName: string;
  userId: string;
  credentialId: string;
  /** Attestation statement format that the page got: `none` unless the site asked for attestation. */
  fmt: string;
  /** Whether the key has verified the user: by PIN, fingerprint or another method. */
  userVerified: boolean;
  /** Whether the key may be found without its credential id. */
  discoverable: boolean;
  /** Model of the key, e.g. `2fc0579f-8113-47ea-b116-bb5a8db9202a`; empty if the response has none. */
  aaguid: string;
  /** COSE algorithm, e.g. -7. */
  algorithm: number;
  /** WebAuthn L3 section 5.8.4, e.g. `['nfc', 'usb']`. */
  transports: string[];
  /** Flag BE: whether the passkey may be synced between devices. */
  backupEligible: boolean;
  /** Flag BS: whether it is synced now. */
  backedUp: boolean;
}

interface RegistrationFacts {
  options: PublicKeyCredentialCreationOptionsJSON;
  origin: string;
  discoverable: boolean;
}

/** Returns undefined for a response that cannot be read, as a key with a defect may send. */
export function readRegistration(
  { id, response }: RegistrationResponseJSON,
  { options, origin, discoverable }: RegistrationFacts,
): RegisteredPasskey | undefined {
  const parsed = parseResponse(response);
  if (!parsed) return undefined;
  const { fmt, authenticatorData } = parsed;
  const has = (bit: number) => (authenticatorData.flags & bit) !== 0;
  const { aaguid } = authenticatorData.attestedCredentialData ?? {};
  return {
    rpId: rpIdOf(options.rp.id, origin),
    origin,
    userName: options.user.name,
    userDisplayName: options.user.displayName,
    userId: options.user.id,
    credentialId: id,
    fmt,
    userVerified: has(flag.UV),
    discoverable,
    aaguid: aaguid ? formatAaguid(aaguid) : '',
    algorithm: response.publicKeyAlgorithm,
    transports: response.transports,
    backupEligible: has(flag.BE),
    backedUp: has(flag.BS),
  };
}

/** The default of rp.id and rpId is the host of the origin: WebAuthn L3 sections 5.1.3 and 5.1.4. */
export const rpIdOf = (rpId: string | undefined, origin: string): string =>
  rpId ?? (URL.canParse(origin) ? new URL(origin).hostname : origin);

export const encodeId = (id: Uint8Array): string => toBase64url(id);

function parseResponse({ attestationObject }: RegistrationResponseJSON['response']) {
  try {
    const attestation = decode(fromBase64url(attestationObject));
    if (!(attestation instanceof Map)) return undefined;
    const data = attestation.get('authData');
    if (!(data instanceof Uint8Array)) return undefined;
    return { fmt: String(attestation.get('fmt')), authenticatorData: parseAuthenticatorData(data) };
  } catch {
    return undefined;
  }
}
