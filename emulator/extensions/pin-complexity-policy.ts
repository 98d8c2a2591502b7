/** Extension `pinComplexityPolicy`, CTAP 2.2: whether PINs must be more than long, told to those who may know minPinLength. */
import { boolean } from '#protocol/message.ts';
import type { Extension } from './extension.ts';

export const pinComplexityPolicy: Extension = {
  id: 'pinComplexityPolicy',
  onMakeCredential(input, { rp }, { state: { persistent } }) {
    const wanted = boolean.parse(input, 'pinComplexityPolicy');
    return wanted && persistent.minPinLengthRpIds.includes(rp.id) ? { output: persistent.pinComplexityPolicy } : {};
  },
};
