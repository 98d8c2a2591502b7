/** Which of its formats the authenticator attests with: CTAP 2.1 section 6.1.2 step 9 (enterprise) and CTAP 2.2 attestationFormatsPreference. */
import type { CoseAlgorithm } from '#protocol/cose.ts';
import { CtapError } from '#protocol/errors.ts';
import type { AuthenticatorEnv } from '../env.ts';
import type { AttestationChoice, Persona } from '../personas/persona.ts';
import { rulesOf } from '../versions.ts';
import { attestationFormats } from './registry.ts';

/** All that a persona has, its own first. */
export const attestationChoicesOf = ({ attestation, otherAttestations = [] }: Persona): AttestationChoice[] => [
  attestation,
  ...otherAttestations,
];

/** The first format of the preference that the persona has and that can attest such a key, else its own. */
export function chooseAttestation(
  { attestationFormatsPreference: preference }: { attestationFormatsPreference?: readonly string[] | undefined },
  algorithm: CoseAlgorithm,
  persona: Persona,
): AttestationChoice {
  if (!preference || !rulesOf(persona).attestationFormatsPreference) return persona.attestation;
  const choices: AttestationChoice[] = [...attestationChoicesOf(persona), 'none'];
  for (const fmt of preference) {
    const choice = choices.find((candidate) => {
      const { fmt: itsFmt, algorithms } = attestationFormats[candidate];
      return itsFmt === fmt && (!algorithms || algorithms.includes(algorithm));
    });
    if (choice) return choice;
  }
  return persona.attestation;
}

/** Values of the enterpriseAttestation parameter, CTAP 2.1 section 7.1. */
const vendorFacilitated = 1;
const platformManaged = 2;

/**
 * Step 9: whether this credential gets an enterprise attestation; a relying party that the vendor did not list gets the usual one.
 * @throws {CtapError} CTAP1_ERR_INVALID_PARAMETER when it is not enabled, CTAP2_ERR_INVALID_OPTION for an unknown kind.
 */
export function isEnterpriseAttestation(kind: number | undefined, rpId: string, env: AuthenticatorEnv): boolean {
  if (kind === undefined) return false;
  const { enterpriseAttestation } = env.persona.features ?? {};
  if (!enterpriseAttestation || !env.state.persistent.enterpriseAttestation)
    throw new CtapError('CTAP1_ERR_INVALID_PARAMETER', 'enterpriseAttestation');
  if (kind === platformManaged) return true;
  if (kind === vendorFacilitated) return enterpriseAttestation.vendorFacilitatedRpIds.includes(rpId);
  throw new CtapError('CTAP2_ERR_INVALID_OPTION', `enterpriseAttestation ${kind}`);
}
