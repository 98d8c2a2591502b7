/**
 * A persona is an authenticator model as data: its getInfo members and how it attests. It follows published behaviour
 * under our own attestation CA, contains only features that the emulator really has, and never claims a certification.
 */
import type { AttestationFormatId } from '#protocol/attestation-formats.ts';
import type { CoseAlgorithm } from '#protocol/cose.ts';
import type { ExtensionId } from '#protocol/extensions.ts';
import type { PinUvAuthProtocolVersion } from '#protocol/pin-uv-auth.ts';
import type { ManagementFeatures } from './management-features.ts';

/** Version strings in getInfo; there is no FIDO_2_2. `ctap-versions.ts` lists what each version added. */
export type CtapVersion = 'U2F_V2' | 'FIDO_2_0' | 'FIDO_2_1_PRE' | 'FIDO_2_1' | 'FIDO_2_3';
/** AuthenticatorTransport, WebAuthn L3 section 5.8.4. */
export type PersonaTransport = 'usb' | 'nfc' | 'ble' | 'internal' | 'hybrid' | 'smart-card';

/**
 * How the authenticator attests: an attestation statement format; for `packed` also which key signs: the key of the
 * model (`basic`), the key of the one device (`enterprise`), or the credential key (`self`).
 */
export type AttestationChoice =
  | Exclude<AttestationFormatId, 'packed'>
  | 'packed-basic'
  | 'packed-enterprise'
  | 'packed-self';

/** User verification by the authenticator itself, for example with a fingerprint. */
interface BuiltInUserVerification {
  /** FIDO Registry of Predefined Values, section 3.1: 0x02 fingerprint, 0x04 passcode. */
  uvModality: number;
  maxUvRetries: number;
  /** Attempts in one built-in verification, CTAP 2.1 section 6.5.3.1. */
  attempts: number;
  /** False if a reset deletes the enrolled fingerprints; true for the screen lock or biometrics of a platform. */
  survivesReset: boolean;
}

/** USB device descriptor. */
export interface UsbIdentity {
  vendorId: number;
  productId: number;
  manufacturer: string;
  product: string;
}

/** An authenticator model. */
export interface Persona {
  /** The id of the registry, e.g. `yubikey-5-nfc`. */
  id: string;
  /** Name of the model. */
  label: string;
  /** UUID as text. */
  aaguid: string;
  /**
   * Source of the data. `published`: the getInfo of the model is published; only capacities and limits are assumed.
   * `plausible`: the AAGUID is published, everything else is assumed. `own`: a model of Touchstone.
   */
  source: 'published' | 'plausible' | 'own';
  /** CTAP versions in getInfo (0x01), e.g. `FIDO_2_1`. */
  versions: readonly CtapVersion[];
  /** Extensions in getInfo (0x02). */
  extensions: readonly ExtensionId[];
  /** Options with their values on a new device. `clientPin` and `uv` in getInfo depend on the state. */
  options: Readonly<{
    rk: boolean;
    plat?: boolean;
    clientPin?: false;
    pinUvAuthToken?: true;
    alwaysUv?: boolean;
    makeCredUvNotRqd?: boolean;
    noMcGaPermissionsWithClientPin?: true;
  }>;
  /** Management features; absent means none. */
  features?: ManagementFeatures;
  /** Further attestation choices, for attestationFormatsPreference. */
  otherAttestations?: readonly AttestationChoice[];
  /** How the model verifies the user itself, e.g. with fingerprints. Absent: only with a PIN. */
  builtInUv?: BuiltInUserVerification;
  /** In the order of getInfo, the preferred first. Empty if there is no PIN. */
  pinUvAuthProtocols: readonly PinUvAuthProtocolVersion[];
  /** Minimum length of a PIN in Unicode code points, getInfo (0x0D). */
  minPinLength: number;
  /** The preferred first. */
  algorithms: readonly CoseAlgorithm[];
  /** The attestation that the model uses by default. */
  attestation: AttestationChoice;
  /** An intermediate CA issued the attestation certificate and is included in x5c; otherwise the root issued it. */
  intermediateCa: boolean;
  /** Maximum length of a message in bytes, getInfo (0x05). */
  maxMsgSize: number;
  /** Maximum length of allow and exclude lists, getInfo (0x07). */
  maxCredentialCountInList: number;
  /** In bytes, getInfo (0x08). */
  maxCredentialIdLength: number;
  /** Maximum number of discoverable credentials. */
  credentialCapacity: number;
  /** Transports in getInfo (0x09). */
  transports: readonly PersonaTransport[];
  /** getInfo (0x0E). */
  firmwareVersion?: number;
  /** Absent for models that are not USB devices, and for those of Touchstone. */
  usb?: Readonly<UsbIdentity>;
  /** Backup eligibility and backup state of its credentials (WebAuthn L3 section 6.1.3); absent if they are device-bound. */
  backup?: { eligible: boolean; backedUp: boolean };
  /**
   * A credential manager that creates passkeys without a gesture when the client asks for it (conditional create, WebAuthn L3
   * section 6.3.2): the makeCredential option `up: false` is then allowed.
   */
  createsWithoutPresence?: true;
  /**
   * The status when makeCredential or getAssertion get no touch in time. Default: CTAP2_ERR_OPERATION_DENIED, CTAP 2.1
   * section 6.1.2 steps 1.2, 14.1.2 and 14.2.1 and section 6.2.2 step 9. Real keys answer CTAP2_ERR_USER_ACTION_TIMEOUT.
   */
  touchTimeoutStatus?: 'CTAP2_ERR_USER_ACTION_TIMEOUT';
  /** Checks the type of rp.icon and user.icon, and stores and returns user.icon (CTAP 2.0 sections 5.1 and 5.2). Absent: ignores them. */
  hasIcons?: true;
  /** `global`: one counter for all credentials. `constant-zero`: no counter. */
  signCounter: 'global' | 'constant-zero';
}
