/**
 * Extension `pinComplexityPolicy`, CTAP 2.2: returns whether a PIN must satisfy more than the minimum length, to the
 * relying parties that are authorized to get minPinLength.
 */
import { boolean } from '#protocol/message.ts';
import type { Extension } from './extension.ts';

export const pinComplexityPolicy: Extension = {
  id: 'pinComplexityPolicy',
  onMakeCredential(input, { rp }, { state: { persistent } }) {
    const requested = boolean.parse(input, 'pinComplexityPolicy');
    return requested && persistent.minPinLengthRpIds.includes(rp.id) ? { output: persistent.pinComplexityPolicy } : {};
  },
};
