/** The attestation statement formats that can be verified. `compound` has no verifier: each of its parts must verify. */
import type { AttestationFormatId } from '#protocol/attestation-formats.ts';
import { androidKey } from './android-key.ts';
import { androidSafetynet } from './android-safetynet.ts';
import { apple } from './apple.ts';
import { fidoU2f } from './fido-u2f.ts';
import { none } from './none.ts';
import { packed } from './packed.ts';
import type { StatementFormat } from './statement.ts';
import { tpm } from './tpm.ts';

const formats: Record<Exclude<AttestationFormatId, 'compound'>, StatementFormat> = {
  packed,
  tpm,
  'android-key': androidKey,
  'android-safetynet': androidSafetynet,
  'fido-u2f': fidoU2f,
  apple,
  none,
};

export const findFormat = (fmt: string): StatementFormat | undefined =>
  Object.hasOwn(formats, fmt) ? formats[fmt as keyof typeof formats] : undefined;
