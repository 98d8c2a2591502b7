/**
 * The authenticator's state by lifetime: identity (permanent), persistent (until a reset), volatile (until the power is lost).
 * A reset and a power cycle replace the object of that lifetime; `initial-state.ts` makes the new one.
 */
import type { Random } from '#base/random.ts';
import type { CborMap } from '#protocol/cbor.ts';
import type { AgreementKey } from '#protocol/crypto.ts';
import type { PinUvAuthProtocolVersion } from '#protocol/pin-uv-auth.ts';
import type { AttestationIdentity } from './attestation/attestation-ca.ts';
import type { CredentialKeys } from './credential-keys.ts';
import type { Credential, CredentialStore } from './credential-store.ts';
import type { Persona } from './personas/persona.ts';
import type { Sequence } from './sequence.ts';

export interface Identity {
  /** 16 bytes. */
  readonly aaguid: Uint8Array;
  /** Returns the attestation key and certificate; they are made on first use. */
  attestation(): AttestationIdentity;
}

export interface StoredPin {
  /** LEFT(SHA-256(PIN), 16). */
  hash: Uint8Array;
  /** The length of the PIN. */
  codePoints: number;
}

export interface PersistentState {
  readonly keys: CredentialKeys;
  readonly credentials: CredentialStore;
  signCount: number;
  pin: StoredPin | undefined;
  pinRetries: number;
  uvRetries: number;
  /** Built-in user verification is set up, for example with a fingerprint. */
  uvEnrolled: boolean;
  minPinLength: number;
  /** Relying parties that may read minPINLength, CTAP 2.1 section 12.4. */
  minPinLengthRpIds: readonly string[];
  /** The PIN can only be changed, CTAP 2.1 section 6.4 (0x0C). */
  forcePinChange: boolean;
  pinComplexityPolicy: boolean;
  alwaysUv: boolean;
  enterpriseAttestation: boolean;
  longTouchForReset: boolean;
  uvCountSinceLastPinEntry: number;
  fingerprints: FingerprintTemplate[];
  /** The serialized large-blob array, followed by 16 bytes of its SHA-256. */
  largeBlobArray: Uint8Array;
  /** The token of permission pcmr, valid until the PIN changes. */
  persistentToken: Uint8Array | undefined;
  /** 16 bytes each: the plaintexts of encIdentifier and encCredStoreState. */
  deviceIdentifier: Uint8Array;
  credStoreState: Uint8Array;
}

export interface FingerprintTemplate {
  id: Uint8Array;
  friendlyName?: string | undefined;
}

/** CTAP 2.1 section 6.5.2.1. Times are monotonic. */
export interface PinUvAuthToken {
  readonly value: Uint8Array;
  /** Undefined before `beginUsingPinUvAuthToken` and after `stopUsingPinUvAuthToken`. */
  use: TokenUse | undefined;
}

export interface TokenUse {
  permissions: number;
  rpId: string | undefined;
  userPresent: boolean;
  userVerified: boolean;
  /** Built-in user verification granted the token; otherwise a PIN did. */
  readonly byBuiltInUv?: boolean | undefined;
  readonly startedAt: number;
  /** The token was used within the initial usage time limit. */
  used: boolean;
}

interface ProtocolState {
  keyAgreement: AgreementKey | undefined;
  token: PinUvAuthToken | undefined;
}

/** The last answer of a sequence that lists credentials. */
interface Answered {
  /** Monotonic time. */
  lastAnsweredAt: number;
  /** `CredentialStore.revision`: when the stored credentials change, the list is no longer valid. */
  revision: number;
}

/** What getNextAssertion continues, CTAP 2.1 section 6.3. */
interface PendingAssertions extends Answered {
  remaining: Credential[];
  /** Returns the response for a credential. */
  answer(credential: Credential): CborMap;
}

/** What the GetNext subcommands of credential management continue, CTAP 2.1 sections 6.8.3 and 6.8.4. */
export interface Enumeration extends Answered {
  of: 'relying parties' | 'credentials';
  /** Each function returns one response. */
  remaining: (() => CborMap)[];
}

/** A fingerprint whose enrollment is not finished. */
export interface Enrollment {
  templateId: Uint8Array;
  remainingSamples: number;
}

/** A large-blob array that is only partly written, CTAP 2.1 section 6.10.2. */
interface LargeBlobWrite {
  expectedLength: number;
  received: Uint8Array;
}

export interface VolatileState {
  readonly poweredUpAt: number;
  /** Aborted when the power is lost. */
  readonly power: AbortController;
  consecutiveWrongPins: number;
  readonly protocols: Record<PinUvAuthProtocolVersion, ProtocolState>;
  readonly assertions: Sequence<PendingAssertions>;
  readonly enumeration: Sequence<Enumeration>;
  readonly enrollment: Sequence<Enrollment>;
  readonly largeBlobWrite: Sequence<LargeBlobWrite>;
}

export interface State {
  readonly factory: FactorySettings;
  readonly identity: Identity;
  persistent: PersistentState;
  volatile: VolatileState;
}

export interface FactorySettings {
  persona: Persona;
  random: Random;
  credentialCapacity: number;
  uvEnrolled: boolean;
  /** Number of enrolled fingerprints. */
  fingerprints: number;
  minPinLengthRpIds: readonly string[];
}
