/** Builds an authenticator from a persona and what a test wants different. */
import { parseAaguid, utf8 } from '#base/bytes.ts';
import { type Clock, systemClock } from '#base/clock.ts';
import { UsageError } from '#base/errors.ts';
import { type Random, systemRandom } from '#base/random.ts';
import type { CoseAlgorithm } from '#protocol/cose.ts';
import { type AttestationIdentity, attestationIdentity } from './attestation/attestation-ca.ts';
import { type InjectedAttestation, type InjectedCredential, leafRequestOf } from './attestation/injected.ts';
import { leafRequestFor } from './attestation/model.ts';
import { attestationFormats } from './attestation/registry.ts';
import { Authenticator } from './authenticator.ts';
import { pinFrom } from './commands/set-pin.ts';
import { type DefectId, defectOf } from './defects/registry.ts';
import type { AuthenticatorEnv } from './env.ts';
import { type Misbehaviour, misbehaviour } from './fault-hooks.ts';
import { autoTouch, type GestureSource } from './gestures.ts';
import { FileJournal, type PersistentStore } from './persistence/journal.ts';
import { replay, StateRecorder } from './persistence/recorder.ts';
import { restore } from './persistence/snapshot.ts';
import type { AttestationChoice, Persona } from './personas/persona.ts';
import { type PersonaId, personaOf } from './personas/registry.ts';
import { PinUvAuth } from './pin-uv-state.ts';
import { freshPersistentState, freshVolatileState, type Identity, maxPinRetries, type State } from './state.ts';

/** Which model, and what of it a test wants different. Only `persona` is needed. */
export interface AuthenticatorOptions {
  /** A model of the registry, or one of your own. */
  persona: PersonaId | Persona;
  clock?: Clock | undefined;
  /** With `seededRandom` every byte is reproducible. */
  random?: Random | undefined;
  /** Who touches it; `autoTouch` without. */
  gestures?: GestureSource | undefined;
  /** A PIN that is set already: 4 code points to 63 bytes. */
  pin?: string | undefined;
  /** PIN retries left, 0 to 8. */
  retries?: number | undefined;
  /** A finger is enrolled; true for every persona that verifies the user itself. */
  uvEnrolled?: boolean | undefined;
  /** Relying parties that may learn the minimum PIN length (extension minPinLength). */
  minPinLengthRpIds?: readonly string[] | undefined;
  defects?: readonly DefectId[] | undefined;
  /** Instead of the persona's own. */
  attestation?: AttestationChoice | undefined;
  algorithms?: readonly CoseAlgorithm[] | undefined;
  /** Credentials of your own: makeCredential hands them out in their order, getAssertion knows them at once. A reset forgets them. */
  credentials?: readonly InjectedCredential[] | undefined;
  /** Attestation key, certification authority and certificates of your own. */
  attestationIdentity?: InjectedAttestation | undefined;
  credentialCapacity?: number | undefined;
  /**
   * Where the state is kept over the end of the process: a file, or a store of your own. What it holds already counts
   * instead of `pin`, `retries`, `uvEnrolled`, `minPinLengthRpIds` and `importedState`.
   */
  state?: string | PersistentStore | undefined;
  /** What `exportState` of the same persona gave. */
  importedState?: unknown;
}

/** @throws {UsageError} for an unknown persona or defect, a PIN or retry count that no authenticator could have, or a state that is none of this persona; {UnavailableError} while another process uses the state's file. */
export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const persona = customised(options);
  const { clock = systemClock, random = systemRandom, gestures = autoTouch } = options;
  const wrongs = misbehaviour((options.defects ?? []).map(defectOf));
  const factory = {
    persona,
    random,
    credentialCapacity: persona.credentialCapacity,
    uvEnrolled: persona.builtInUv !== undefined && options.uvEnrolled !== false,
    minPinLengthRpIds: options.minPinLengthRpIds ?? [],
  };
  const state: State = {
    factory,
    identity: identityOf(persona, wrongs, random, options.attestationIdentity),
    persistent: freshPersistentState(factory),
    volatile: freshVolatileState(clock),
  };
  const { commit, close } = beginState(state, options);
  const pinUvAuth = new PinUvAuth({ persona, clock, random, rules: wrongs.rules, state, commit });
  return new Authenticator({ persona, clock, random, gestures, misbehaviour: wrongs, state, pinUvAuth, commit, close });
}

/** Fills the fresh state from the store, or from the options when there is none or it is new. The result keeps it. */
function beginState(state: State, options: AuthenticatorOptions): Pick<AuthenticatorEnv, 'commit' | 'close'> {
  const store = typeof options.state === 'string' ? new FileJournal(options.state) : options.state;
  try {
    const known = store !== undefined && replay(store, state);
    if (!known) configure(state, options);
    state.persistent.keys.adopt(options.credentials ?? []);
    if (!store) return { commit() {}, close() {} };
    const recorder = new StateRecorder(store, state);
    recorder.commit();
    return { commit: () => recorder.commit(), close: () => store.close() };
  } catch (error) {
    store?.close();
    throw error;
  }
}

function configure(state: State, { importedState, pin, retries }: AuthenticatorOptions): void {
  const { factory } = state;
  if (importedState !== undefined) state.persistent = restore(importedState, state.persistent, factory);
  if (pin !== undefined) state.persistent.pin = initialPin(pin, factory.persona);
  if (retries !== undefined) state.persistent.pinRetries = initialRetries(retries);
}

function customised({ persona, attestation, algorithms, credentialCapacity }: AuthenticatorOptions): Persona {
  const base = typeof persona === 'string' ? personaOf(persona) : persona;
  return {
    ...base,
    ...(attestation && { attestation }),
    ...(algorithms && { algorithms }),
    ...(attestation && { algorithms: attestable(algorithms ?? base.algorithms, attestation) }),
    ...(credentialCapacity !== undefined && { credentialCapacity }),
  };
}

/** Those of `algorithms` whose keys the format can attest; its own when there are none. */
function attestable(algorithms: readonly CoseAlgorithm[], attestation: AttestationChoice): readonly CoseAlgorithm[] {
  const possible = attestationFormats[attestation].algorithms;
  if (!possible) return algorithms;
  const both = algorithms.filter((name) => possible.includes(name));
  return both.length > 0 ? both : possible;
}

function identityOf(
  persona: Persona,
  { rules, certificate }: Misbehaviour,
  random: Random,
  injected: InjectedAttestation = {},
): Identity {
  let made: AttestationIdentity | undefined;
  return {
    aaguid: parseAaguid(persona.aaguid),
    attestation() {
      made ??= attestationIdentity({
        ...leafRequestFor(persona),
        alter: (template) => certificate(injected.certificate?.(template) ?? template),
        untrusted: !rules.attestationRootIsKnown,
        deterministic: random.deterministic,
        ...leafRequestOf(injected, random.deterministic),
      });
      return made;
    },
  };
}

function initialPin(pin: string, { options, minPinLength, id }: Persona) {
  const bytes = utf8(pin.normalize('NFC'));
  const codePoints = [...pin.normalize('NFC')].length;
  if (options.clientPin === undefined) throw new UsageError(`cannot set a PIN: ${id} has none`);
  if (codePoints < minPinLength || bytes.length > 63)
    throw new UsageError(
      `cannot set a PIN of ${codePoints} code points: ${minPinLength} are wanted, and at most 63 bytes`,
    );
  return pinFrom(bytes, codePoints);
}

function initialRetries(retries: number): number {
  if (Number.isInteger(retries) && retries >= 0 && retries <= maxPinRetries) return retries;
  throw new UsageError(`cannot start with ${retries} PIN retries: 0 to ${maxPinRetries} are possible`);
}
