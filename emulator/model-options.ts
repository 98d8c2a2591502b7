/** The options of an authenticator that depend on its model, and what the model does not support. */
import type { CoseAlgorithm } from '#protocol/cose.ts';
import { attestationFormats } from './attestation/registry.ts';
import { maxPinRetries } from './initial-state.ts';
import type { AttestationChoice, Persona } from './personas/persona.ts';
import { type PersonaId, personaOf } from './personas/registry.ts';
import { findPinProblem } from './pin.ts';

/** The persona, and what differs from it. Only `persona` is required. */
export interface ModelOptions {
  /** The id of a built-in persona, or a persona object. */
  persona: PersonaId | Persona;
  /** A PIN that is already set: at least 4 code points (or the persona's minimum) and at most 63 bytes. */
  pin?: string | undefined;
  /** PIN retries left, 0 to 8. */
  retries?: number | undefined;
  /** Number of enrolled fingerprints, for a persona that reads fingerprints; takes precedence over `uvEnrolled`. */
  fingerprints?: number | undefined;
  /** Default: the persona's attestation. */
  attestation?: AttestationChoice | undefined;
  algorithms?: readonly CoseAlgorithm[] | undefined;
  /** Maximum number of discoverable credentials. */
  credentialCapacity?: number | undefined;
}

/** The options that a model may not support. */
export type ModelOption = 'pin' | 'retries' | 'fingerprints' | 'algorithms' | 'credentialCapacity';

/** An option that the model does not support. */
export interface OptionProblem {
  option: ModelOption;
  /** What cannot be done, and what was expected. */
  message: string;
}

type Check = (options: ModelOptions, persona: Persona) => string | undefined;

/**
 * Returns a problem for every option that the model does not support. `createAuthenticator` throws the first one.
 * @throws {UsageError} for an unknown persona.
 */
export function findOptionProblems(options: ModelOptions): OptionProblem[] {
  const persona = typeof options.persona === 'string' ? personaOf(options.persona) : options.persona;
  return (Object.keys(checks) as ModelOption[]).flatMap((option) => {
    const message = checks[option](options, persona);
    return message === undefined ? [] : [{ option, message }];
  });
}

const checks: Record<ModelOption, Check> = {
  pin: ({ pin }, persona) => (pin === undefined ? undefined : findPinProblem(pin, persona)),
  retries: ({ retries }) =>
    retries === undefined || isWholeNumber(retries, maxPinRetries)
      ? undefined
      : `Expected 0 to ${maxPinRetries} PIN retries, got ${retries}`,
  fingerprints: ({ fingerprints = 0 }, persona) => findFingerprintProblem(fingerprints, persona),
  algorithms: findAlgorithmProblem,
  credentialCapacity: ({ credentialCapacity = 0 }, { id, options }) =>
    credentialCapacity > 0 && !options.rk
      ? `Cannot store ${credentialCapacity} discoverable credentials: ${id} stores none`
      : undefined,
};

function findFingerprintProblem(count: number, persona: Persona): string | undefined {
  const { id, features } = persona;
  if (count === 0) return undefined;
  if (!readsFingerprints(persona)) return `Cannot enroll a fingerprint: ${id} reads none`;
  const most = features?.bioEnrollment?.maxTemplates ?? 1;
  return isWholeNumber(count, most) ? undefined : `Cannot enroll ${count} fingerprints: ${id} stores at most ${most}`;
}

/** Returns true for a model with a fingerprint sensor. */
export const readsFingerprints = ({ builtInUv }: Pick<Persona, 'builtInUv'>): boolean =>
  builtInUv?.uvModality === uvModalityFingerprint;

/** USER_VERIFY_FINGERPRINT_INTERNAL, FIDO Registry of Predefined Values section 3.1. */
const uvModalityFingerprint = 0x02;

function findAlgorithmProblem({ algorithms, attestation }: ModelOptions, persona: Persona): string | undefined {
  const format = attestation ?? persona.attestation;
  const possible: readonly CoseAlgorithm[] | undefined = attestationFormats[format].algorithms;
  const impossible = (algorithms ?? []).filter((name) => possible && !possible.includes(name));
  if (impossible.length === 0) return undefined;
  return `Cannot attest a key of ${impossible.join(', ')} as ${format}: expected ${possible?.join(', ')}`;
}

const isWholeNumber = (value: number, most: number): boolean => Number.isInteger(value) && value >= 0 && value <= most;
