/** The state of an authenticator after a reset and after a power cycle. */
import { concat } from '#base/bytes.ts';
import type { Clock } from '#base/clock.ts';
import { hkdfSha256, sha256 } from '#protocol/crypto.ts';
import { CredentialKeys } from './credential-keys.ts';
import { CredentialStore } from './credential-store.ts';
import { Sequence } from './sequence.ts';
import type { FactorySettings, FingerprintTemplate, PersistentState, VolatileState } from './state.ts';

/** CTAP 2.1 section 6.5.2.2. */
export const maxPinRetries = 8;

/** Returns the persistent state after a reset, with a new master key. */
export function createPersistentState(settings: FactorySettings): PersistentState {
  const { persona, random, credentialCapacity, uvEnrolled, fingerprints, minPinLengthRpIds } = settings;
  const master = random.bytes(32);
  const derive = (use: string) => hkdfSha256(master, new Uint8Array(32), use, 16);
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
      uvEnrolled && persona.features?.bioEnrollment ? createTemplates(fingerprints, derive('first fingerprint')) : [],
    largeBlobArray: emptyLargeBlobArray,
    persistentToken: undefined,
    deviceIdentifier: derive('device identifier'),
    credStoreState: derive('credential store state'),
  };
}

/** Returns templates with different ids of two bytes; `seed` has at least two. */
const createTemplates = (count: number, [first = 0, second = 0]: Uint8Array): FingerprintTemplate[] =>
  Array.from({ length: count }, (_, index) => ({ id: new Uint8Array([first + index, second]) }));

/** An empty CBOR array and LEFT(SHA-256(h'80'), 16), CTAP 2.1 section 6.10. */
const emptyLargeBlobArray = concat(new Uint8Array([0x80]), sha256(new Uint8Array([0x80])).subarray(0, 16));

/** Returns the volatile state after a power cycle. After a reset the power stays on: `kept` is then the state before the reset. */
export const createVolatileState = (clock: Clock, kept?: VolatileState): VolatileState => ({
  poweredUpAt: kept?.poweredUpAt ?? clock.monotonic(),
  power: kept?.power ?? new AbortController(),
  consecutiveWrongPins: 0,
  protocols: {
    1: { keyAgreement: undefined, token: undefined },
    2: { keyAgreement: undefined, token: undefined },
  },
  assertions: new Sequence(),
  enumeration: new Sequence(),
  enrollment: new Sequence(),
  largeBlobWrite: new Sequence(),
});
