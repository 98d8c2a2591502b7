/** Derives the attestation certificate of a persona from its data. */
import { parseAaguid } from '#base/bytes.ts';
import type { Persona } from '../personas/persona.ts';
import type { AttestationIdentityOptions } from './attestation-ca.ts';

/** Returns the options for `createAttestationIdentity`. A U2F certificate has no AAGUID and is the only one of its chain. */
export function identityOptionsForPersona(persona: Persona): AttestationIdentityOptions {
  const isU2f = persona.attestation === 'fido-u2f';
  return {
    model: persona.label,
    aaguid: isU2f ? undefined : parseAaguid(persona.aaguid),
    intermediateCa: persona.intermediateCa && !isU2f,
  };
}
