/**
 * A persona is an authenticator model as data: what it answers to getInfo and how it attests. It imitates published
 * behaviour under our own test CA, names only what the emulator really does, and never claims a certification.
 */
import type { AttestationFormatId } from '#protocol/attestation-formats.ts';
import type { CoseAlgorithm } from '#protocol/cose.ts';
import type { ExtensionId } from '#protocol/extensions.ts';
import type { PinUvAuthProtocolVersion } from '#protocol/pin-uv-auth.ts';
import type { ManagementFeatures } from './features.ts';

/** Version strings of getInfo; there is no FIDO_2_2. What each brought is in `versions.ts`. */
export type CtapVersion = 'U2F_V2' | 'FIDO_2_0' | 'FIDO_2_1_PRE' | 'FIDO_2_1' | 'FIDO_2_3';
/** How a client reaches it, in the words of WebAuthn L3 section 5.8.4. */
export type PersonaTransport = 'usb' | 'nfc' | 'ble' | 'internal' | 'hybrid' | 'smart-card';

/** How it attests: a format, and for `packed` whether under a certificate of the model or the device, or with the credential's own key. */
export type AttestationChoice =
  | Exclude<AttestationFormatId, 'packed'>
  | 'packed-basic'
  | 'packed-enterprise'
  | 'packed-self';

/** User verification by the authenticator itself. */
interface BuiltInUserVerification {
  /** Registry of Predefined Values, section 3.1: 0x02 fingerprint, 0x04 passcode. */
  uvModality: number;
  maxUvRetries: number;
  /** Attempts in one built-in verification, CTAP 2.1 section 6.5.3.1. */
  attempts: number;
  /** A reset deletes the enrolled fingerprints; what a platform verifies with stays. */
  survivesReset: boolean;
}

/** How it introduces itself on USB. */
export interface UsbIdentity {
  vendorId: number;
  productId: number;
  manufacturer: string;
  product: string;
}

/** One authenticator model. */
export interface Persona {
  id: string;
  label: string;
  /** UUID text. */
  aaguid: string;
  /**
   * Where its data come from. `published`: what is known of the model's published getInfo, and where that says nothing
   * (capacities, limits of its features) what such a model would answer; `plausible`: the AAGUID is published, the rest is what such a model would answer; `own`: it imitates nobody.
   */
  source: 'published' | 'plausible' | 'own';
  versions: readonly CtapVersion[];
  extensions: readonly ExtensionId[];
  /** Option ids with the values they have on a fresh device. `clientPin` and `uv` follow from the state. */
  options: Readonly<{
    rk: boolean;
    plat?: boolean;
    clientPin?: false;
    pinUvAuthToken?: true;
    alwaysUv?: boolean;
    makeCredUvNotRqd?: boolean;
    noMcGaPermissionsWithClientPin?: true;
  }>;
  /** What can be managed on it; nothing when absent. */
  features?: ManagementFeatures;
  /** Formats that it has besides `attestation`, for attestationFormatsPreference. */
  otherAttestations?: readonly AttestationChoice[];
  builtInUv?: BuiltInUserVerification;
  /** In the order of getInfo: the preferred one first. Empty without a PIN. */
  pinUvAuthProtocols: readonly PinUvAuthProtocolVersion[];
  minPinLength: number;
  /** Preferred first. */
  algorithms: readonly CoseAlgorithm[];
  attestation: AttestationChoice;
  /** Its attestation certificate hangs under an intermediate CA, which is sent along; else directly under the root. */
  intermediateCa: boolean;
  maxMsgSize: number;
  maxCredentialCountInList: number;
  maxCredentialIdLength: number;
  /** Discoverable credentials it can hold. */
  credentialCapacity: number;
  transports: readonly PersonaTransport[];
  firmwareVersion?: number;
  /** Absent for what nobody plugs in, and for keys that imitate nobody. */
  usb?: Readonly<UsbIdentity>;
  /** Backup eligibility and state of its credentials (WebAuthn L3 section 6.1.3); absent for device-bound ones. */
  backup?: { eligible: boolean; backedUp: boolean };
  /** `constant-zero`: it has no signature counter. */
  signCounter: 'global' | 'constant-zero';
}
