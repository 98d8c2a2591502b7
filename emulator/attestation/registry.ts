/** The ways to attest. A new format is its file, a line here and its row in `#protocol/attestation-formats.ts`. */
import type { AttestationChoice } from '../personas/persona.ts';
import { fidoU2f } from './fido-u2f.ts';
import type { AttestationFormat } from './format.ts';
import { none } from './none.ts';
import { packedBasic, packedSelf } from './packed.ts';

export const attestationFormats: Record<AttestationChoice, AttestationFormat> = {
  'packed-basic': packedBasic,
  'packed-self': packedSelf,
  'fido-u2f': fidoU2f,
  none,
};
