/**
 * The attestation choices by id. To add a format, add its file, a line here and its row in
 * `#protocol/attestation-formats.ts`. Its verifier belongs to `src/relying-party/verification/formats`.
 */
import type { AttestationChoice } from '../personas/persona.ts';
import { androidKey } from './android-key.ts';
import { androidSafetynet } from './android-safetynet.ts';
import { apple } from './apple.ts';
import { compound } from './compound.ts';
import { fidoU2f } from './fido-u2f.ts';
import type { AttestationFormat } from './format.ts';
import { none } from './none.ts';
import { packedBasic, packedEnterprise, packedSelf } from './packed.ts';
import { tpm } from './tpm.ts';

export const attestationFormats: Record<AttestationChoice, AttestationFormat> = {
  'packed-basic': packedBasic,
  'packed-enterprise': packedEnterprise,
  'packed-self': packedSelf,
  tpm,
  'android-key': androidKey,
  'android-safetynet': androidSafetynet,
  'fido-u2f': fidoU2f,
  apple,
  compound,
  none,
};
