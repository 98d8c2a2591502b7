/** What the attestation certificate of a model is made from. */
import { parseAaguid } from '#base/bytes.ts';
import type { Persona } from '../personas/persona.ts';
import type { LeafRequest } from './attestation-ca.ts';

/** U2F's certificate names no AAGUID and is the only one of its chain. */
export function leafRequestFor(persona: Persona): LeafRequest {
  const isU2f = persona.attestation === 'fido-u2f';
  return {
    model: persona.label,
    aaguid: isU2f ? undefined : parseAaguid(persona.aaguid),
    intermediateCa: persona.intermediateCa && !isU2f,
  };
}
