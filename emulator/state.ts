/**
 * The authenticator's state by lifetime: identity (from the factory), persistent (until a reset), volatile (until the power
 * goes). A reset and a power cycle are assignments.
 */
import { concat } from '#base/bytes.ts';
import type { Clock } from '#base/clock.ts';
import type { Random } from '#base/random.ts';
import type { CborMap } from '#protocol/cbor.ts';
import { type AgreementKey, hkdfSha256, sha256 } from '#protocol/crypto.ts';
import type { PinUvAuthProtocolVersion } from '#protocol/pin-uv-auth.ts';
import type { AttestationIdentity } from './attestation/attestation-ca.ts';
import { type Credential, CredentialStore } from './credential-store.ts';
import { CredentialKeys } from './keys.ts';
import type { Persona } from './personas/persona.ts';

export interface Identity {
  /** 16 bytes. */
  readonly aaguid: Uint8Array;
  /** The batch key and certificate, made when first needed. */
  attestation(): AttestationIdentity;
}

export interface PersistentState {
  readonly keys: CredentialKeys;
  readonly credentials: CredentialStore;
  signCount: number;
  /** LEFT(SHA-256(PIN), 16) and the PIN's length in code points. */
  pin: { hash: Uint8Array; codePoints: number } | undefined;
  pinRetries: number;
  uvRetries: number;
  /** Something is enrolled to verify the user with. */
  uvEnrolled: boolean;
  minPinLength: number;
  /** Relying parties that may ask for minPINLength, CTAP 2.1 section 12.4. */
  minPinLengthRpIds: readonly string[];
  /** The PIN serves for nothing but its own change, CTAP 2.1 section 6.4 (0x0C). */
  forcePinChange: boolean;
  pinComplexityPolicy: boolean;
  alwaysUv: boolean;
  enterpriseAttestation: boolean;
  longTouchForReset: boolean;
  uvCountSinceLastPinEntry: number;
  fingerprints: FingerprintTemplate[];
  /** The serialized large-blob array with its 16 bytes of SHA-256. */
  largeBlobArray: Uint8Array;
  /** Of permission pcmr, until the PIN changes. */
  persistentToken: Uint8Array | undefined;
  /** 16 bytes each: what encIdentifier and encCredStoreState encrypt. */
  deviceIdentifier: Uint8Array;
  credStoreState: Uint8Array;
}

export interface FingerprintTemplate {
  id: Uint8Array;
  friendlyName?: string | undefined;
}

/** CTAP 2.1 section 6.5.2.1. Times are of the monotonic clock. */
export interface PinUvAuthToken {
  readonly value: Uint8Array;
  /** Absent until `beginUsingPinUvAuthToken` and after `stopUsingPinUvAuthToken`. */
  use: TokenUse | undefined;
}

export interface TokenUse {
  permissions: number;
  rpId: string | undefined;
  userPresent: boolean;
  userVerified: boolean;
  /** The authenticator itself verified the user for it; else a PIN did. */
  readonly byBuiltInUv?: boolean | undefined;
  readonly begunAt: number;
  /** It was used within the initial usage time limit. */
  used: boolean;
}

interface ProtocolState {
  keyAgreement: AgreementKey | undefined;
  token: PinUvAuthToken | undefined;
}

/** What getNextAssertion goes on with, CTAP 2.1 section 6.3. */
interface RememberedAssertions {
  rest: Credential[];
  lastAt: number;
  /** The answer for the next credential. */
  answer(credential: Credential): CborMap;
}

/** What the GetNext subcommands of credential management go on with, CTAP 2.1 section 6.8.3 and 6.8.4. */
interface Enumeration {
  of: 'relying parties' | 'credentials';
  /** Each makes its answer when it is asked for. */
  rest: (() => CborMap)[];
  lastAt: number;
}

/** A finger half enrolled. */
interface Enrollment {
  templateId: Uint8Array;
  remainingSamples: number;
}

/** A large-blob array half written, CTAP 2.1 section 6.10.2. */
interface LargeBlobWrite {
  expectedLength: number;
  received: Uint8Array;
}

export interface VolatileState {
  readonly poweredUpAt: number;
  /** Aborted when the power goes. */
  readonly power: AbortController;
  wrongPinsInARow: number;
  readonly protocols: Record<PinUvAuthProtocolVersion, ProtocolState>;
  assertions: RememberedAssertions | undefined;
  enumeration: Enumeration | undefined;
  enrollment: Enrollment | undefined;
  largeBlobWrite: LargeBlobWrite | undefined;
}

export interface State {
  readonly factory: FactorySettings;
  readonly identity: Identity;
  persistent: PersistentState;
  volatile: VolatileState;
}

export const maxPinRetries = 8;

export interface FactorySettings {
  persona: Persona;
  random: Random;
  credentialCapacity: number;
  uvEnrolled: boolean;
  minPinLengthRpIds: readonly string[];
}

export function freshPersistentState(settings: FactorySettings): PersistentState {
  const { persona, random, credentialCapacity, uvEnrolled, minPinLengthRpIds } = settings;
  const master = random.bytes(32);
  const derived = (use: string) => hkdfSha256(master, new Uint8Array(32), use, 16);
  return {
    keys: new CredentialKeys(master, random),
    credentials: new CredentialStore(credentialCapacity),
    signCount: 0,
    pin: undefined,
    pinRetries: maxPinRetries,
    uvRetries: persona.builtInUv?.maxUvRetries ?? 0,
    uvEnrolled,
    minPinLength: persona.minPinLength,
    minPinLengthRpIds,
    forcePinChange: false,
    pinComplexityPolicy: persona.features?.pinComplexity?.preset ?? false,
    alwaysUv: persona.options.alwaysUv ?? false,
    enterpriseAttestation: false,
    longTouchForReset: false,
    uvCountSinceLastPinEntry: 0,
    fingerprints:
      uvEnrolled && persona.features?.bioEnrollment ? [{ id: derived('first fingerprint').slice(0, 2) }] : [],
    largeBlobArray: emptyLargeBlobArray,
    persistentToken: undefined,
    deviceIdentifier: derived('device identifier'),
    credStoreState: derived('credential store state'),
  };
}

/** An empty CBOR array and LEFT(SHA-256(h'80'), 16), CTAP 2.1 section 6.10. */
const emptyLargeBlobArray = concat(new Uint8Array([0x80]), sha256(new Uint8Array([0x80])).subarray(0, 16));

/** `kept` is the power-up that goes on, when it is a reset and not the power that ends the old state. */
export const freshVolatileState = (clock: Clock, kept?: VolatileState): VolatileState => ({
  poweredUpAt: kept?.poweredUpAt ?? clock.monotonic(),
  power: kept?.power ?? new AbortController(),
  wrongPinsInARow: 0,
  protocols: {
    1: { keyAgreement: undefined, token: undefined },
    2: { keyAgreement: undefined, token: undefined },
  },
  assertions: undefined,
  enumeration: undefined,
  enrollment: undefined,
  largeBlobWrite: undefined,
});
