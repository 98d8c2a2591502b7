/** Creates an authenticator from a persona and the options of a test. */
import { parseAaguid } from '#base/bytes.ts';
import { type Clock, systemClock } from '#base/clock.ts';
import { UsageError } from '#base/errors.ts';
import { type Random, systemRandom } from '#base/random.ts';
import type { CoseAlgorithm } from '#protocol/cose.ts';
import { type AttestationIdentity, createAttestationIdentity } from './attestation/attestation-ca.ts';
import {
  type InjectedAttestation,
  type InjectedCredential,
  identityOptionsFromInjected,
} from './attestation/injected-keys.ts';
import { identityOptionsForPersona } from './attestation/persona-identity.ts';
import { attestationFormats } from './attestation/registry.ts';
import { Authenticator } from './authenticator.ts';
import { type DefectId, defectOf } from './defects/registry.ts';
import type { AuthenticatorEnv } from './env.ts';
import { createFaultHooks, type FaultChanges, type FaultHooks } from './fault-hooks.ts';
import { autoTouch, type GestureSource } from './gestures.ts';
import { createPersistentState, createVolatileState } from './initial-state.ts';
import { findOptionProblems, type ModelOptions } from './model-options.ts';
import { FileJournal, type PersistentStore } from './persistence/journal.ts';
import { importState } from './persistence/state-document.ts';
import { replayStore, StateRecorder } from './persistence/state-recorder.ts';
import type { AttestationChoice, Persona } from './personas/persona.ts';
import { personaOf } from './personas/registry.ts';
import { createInitialPin } from './pin.ts';
import { PinUvAuth } from './pin-uv-state.ts';
import type { Identity, State } from './state.ts';

/** The persona, what differs from it, and its environment. Only `persona` is required. */
export interface AuthenticatorOptions extends ModelOptions {
  clock?: Clock | undefined;
  /** With `seededRandom` every byte is reproducible. */
  random?: Random | undefined;
  /** Answers requests for gestures. Default: `autoTouch`. */
  gestures?: GestureSource | undefined;
  /** Whether a fingerprint is enrolled. Default: true for every persona with built-in user verification. */
  uvEnrolled?: boolean | undefined;
  /** Relying parties that may read the minimum PIN length (extension minPinLength). */
  minPinLengthRpIds?: readonly string[] | undefined;
  defects?: readonly DefectId[] | undefined;
  /** Changes of the caller to values that the authenticator reads, signs or sends; they act after the defects. */
  changes?: readonly FaultChanges[] | undefined;
  /** Credentials of the caller: makeCredential returns them in this order, and getAssertion can use them from the start. A reset deletes them. */
  credentials?: readonly InjectedCredential[] | undefined;
  /** Attestation key, certificate authority and certificates of the caller. */
  attestationIdentity?: InjectedAttestation | undefined;
  /**
   * Where the state is stored: the path of a file, or a store object. A state in the store takes precedence over `pin`, `retries`,
   * `uvEnrolled`, `minPinLengthRpIds` and `importedState`.
   */
  state?: string | PersistentStore | undefined;
  /** A document that `exportState` returned for the same persona. */
  importedState?: unknown;
}

/**
 * Creates an authenticator.
 * @throws {UsageError} for an unknown persona or defect, an option that the persona does not support (`findOptionProblems`), and a
 * state of another persona or format.
 * @throws {UnavailableError} while another process uses the state file.
 */
export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const [problem] = findOptionProblems(options);
  if (problem) throw new UsageError(problem.message);
  const persona = applyPersonaOptions(options);
  const { clock = systemClock, random = systemRandom, gestures = autoTouch } = options;
  const faultHooks = createFaultHooks([...(options.defects ?? []).map(defectOf), ...(options.changes ?? [])]);
  const factory = {
    persona,
    random,
    credentialCapacity: persona.credentialCapacity,
    ...enrollment(options, persona),
    minPinLengthRpIds: options.minPinLengthRpIds ?? [],
  };
  const state: State = {
    factory,
    identity: createIdentity(persona, faultHooks, random, options.attestationIdentity),
    persistent: createPersistentState(factory),
    volatile: createVolatileState(clock),
  };
  const { commit, close } = loadState(state, options);
  const pinUvAuth = new PinUvAuth({ persona, clock, random, rules: faultHooks.rules, state, commit });
  return new Authenticator({ persona, clock, random, gestures, faultHooks, state, pinUvAuth, commit, close });
}

function enrollment({ uvEnrolled = true, fingerprints }: AuthenticatorOptions, { builtInUv }: Persona) {
  const isEnrolled = builtInUv !== undefined && (fingerprints === undefined ? uvEnrolled : fingerprints > 0);
  return { uvEnrolled: isEnrolled, fingerprints: isEnrolled ? (fingerprints ?? 1) : 0 };
}

/** Loads `state` from the store; if there is no store, or it is empty, from the options. */
function loadState(state: State, options: AuthenticatorOptions): Pick<AuthenticatorEnv, 'commit' | 'close'> {
  const store = typeof options.state === 'string' ? new FileJournal(options.state) : options.state;
  try {
    const isLoaded = store !== undefined && replayStore(store, state);
    if (!isLoaded) applyStateOptions(state, options);
    state.persistent.keys.addInjected(options.credentials ?? []);
    if (!store) return { commit() {}, close() {} };
    const recorder = new StateRecorder(store, state);
    recorder.commit();
    return { commit: () => recorder.commit(), close: () => store.close() };
  } catch (error) {
    store?.close();
    throw error;
  }
}

function applyStateOptions(state: State, { importedState, pin, retries }: AuthenticatorOptions): void {
  const { factory } = state;
  if (importedState !== undefined) state.persistent = importState(importedState, state.persistent, factory);
  if (pin !== undefined) state.persistent.pin = createInitialPin(pin, factory.persona);
  if (retries !== undefined) state.persistent.pinRetries = retries;
}

function applyPersonaOptions({ persona, attestation, algorithms, credentialCapacity }: AuthenticatorOptions): Persona {
  const base = typeof persona === 'string' ? personaOf(persona) : persona;
  return {
    ...base,
    ...(attestation && { attestation }),
    ...(algorithms && { algorithms }),
    ...(attestation && { algorithms: attestableAlgorithms(algorithms ?? base.algorithms, attestation) }),
    ...(credentialCapacity !== undefined && { credentialCapacity }),
  };
}

/** Returns those of `algorithms` whose keys the format can attest; all that it can attest if there is none. */
function attestableAlgorithms(
  algorithms: readonly CoseAlgorithm[],
  attestation: AttestationChoice,
): readonly CoseAlgorithm[] {
  const possible = attestationFormats[attestation].algorithms;
  if (!possible) return algorithms;
  const both = algorithms.filter((name) => possible.includes(name));
  return both.length > 0 ? both : possible;
}

function createIdentity(
  persona: Persona,
  { rules, certificate }: FaultHooks,
  random: Random,
  injected: InjectedAttestation = {},
): Identity {
  let identity: AttestationIdentity | undefined;
  return {
    aaguid: parseAaguid(persona.aaguid),
    attestation() {
      identity ??= createAttestationIdentity({
        ...identityOptionsForPersona(persona),
        transformCertificate: (template) => certificate(injected.certificate?.(template) ?? template),
        untrusted: !rules.useTrustedAttestationRoot,
        deterministic: random.deterministic,
        ...identityOptionsFromInjected(injected, random.deterministic),
      });
      return identity;
    },
  };
}
