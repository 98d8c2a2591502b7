/**
 * Chooses how a new credential is attested: CTAP 2.1 section 6.1.2 step 9 (enterprise) and CTAP 2.2
 * attestationFormatsPreference.
 */
import type { CoseAlgorithm } from '#protocol/cose.ts';
import { CtapError } from '#protocol/errors.ts';
import { rulesOf } from '../ctap-versions.ts';
import type { AuthenticatorEnv } from '../env.ts';
import type { AttestationChoice, Persona } from '../personas/persona.ts';
import { attestationFormats } from './registry.ts';

/** Returns every attestation choice of a persona, the default first. */
export const listAttestationChoices = ({ attestation, otherAttestations = [] }: Persona): AttestationChoice[] => [
  attestation,
  ...otherAttestations,
];

/**
 * Returns the first preferred format that the persona supports and that can attest a key of `algorithm`; otherwise the
 * default of the persona.
 */
export function chooseAttestation(
  { attestationFormatsPreference: preference }: { attestationFormatsPreference?: readonly string[] | undefined },
  algorithm: CoseAlgorithm,
  persona: Persona,
): AttestationChoice {
  if (!preference || !rulesOf(persona).attestationFormatsPreference) return persona.attestation;
  const choices: AttestationChoice[] = [...listAttestationChoices(persona), 'none'];
  for (const fmt of preference) {
    const choice = choices.find((candidate) => {
      const { fmt: candidateFmt, algorithms } = attestationFormats[candidate];
      return candidateFmt === fmt && (!algorithms || algorithms.includes(algorithm));
    });
    if (choice) return choice;
  }
  return persona.attestation;
}

/** Values of the enterpriseAttestation parameter, CTAP 2.1 section 7.1. */
const vendorFacilitated = 1;
const platformManaged = 2;

/**
 * Returns whether the credential gets enterprise attestation (step 9). With vendor-facilitated attestation only relying
 * parties on the list of the vendor get it; others get the default attestation.
 * @throws {CtapError} CTAP1_ERR_INVALID_PARAMETER if enterprise attestation is not enabled, CTAP2_ERR_INVALID_OPTION
 * for an unknown kind.
 */
export function isEnterpriseAttestation(kind: number | undefined, rpId: string, env: AuthenticatorEnv): boolean {
  if (kind === undefined) return false;
  const { enterpriseAttestation } = env.persona.features ?? {};
  const { requireEnterpriseEnabling, limitEnterpriseRpIds } = env.faultHooks.rules;
  const isEnabled = env.state.persistent.enterpriseAttestation || !requireEnterpriseEnabling;
  if (!enterpriseAttestation || !isEnabled) throw new CtapError('CTAP1_ERR_INVALID_PARAMETER', 'enterpriseAttestation');
  if (kind === platformManaged) return true;
  if (kind === vendorFacilitated)
    return enterpriseAttestation.vendorFacilitatedRpIds.includes(rpId) || !limitEnterpriseRpIds;
  throw new CtapError('CTAP2_ERR_INVALID_OPTION', `enterpriseAttestation ${kind}`);
}
