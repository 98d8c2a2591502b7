/**
 * The authenticator's state by lifetime: identity (from the factory), persistent (until a reset), volatile (until the power
 * goes). A reset and a power cycle are assignments.
 */
import type { CborMap } from '#protocol/cbor.ts';
import type { AgreementKey } from '#protocol/crypto.ts';
import type { PinUvAuthProtocolVersion } from '#protocol/pin-uv-auth.ts';
import type { Clock, Random } from '#protocol/seams.ts';
import type { AttestationIdentity } from './attestation/test-pki.ts';
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

export interface VolatileState {
  readonly poweredUpAt: number;
  /** Aborted when the power goes. */
  readonly power: AbortController;
  wrongPinsInARow: number;
  readonly protocols: Record<PinUvAuthProtocolVersion, ProtocolState>;
  assertions: RememberedAssertions | undefined;
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
  return {
    keys: new CredentialKeys(random.bytes(32), random),
    credentials: new CredentialStore(credentialCapacity),
    signCount: 0,
    pin: undefined,
    pinRetries: maxPinRetries,
    uvRetries: persona.builtInUv?.maxUvRetries ?? 0,
    uvEnrolled,
    minPinLength: persona.minPinLength,
    minPinLengthRpIds,
  };
}

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
});
