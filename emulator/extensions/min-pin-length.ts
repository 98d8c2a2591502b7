/** Extension `minPinLength`, CTAP 2.1 section 12.4: tells the minimum to the relying parties that were authorised to know it. */
import { boolean } from '#protocol/message.ts';
import type { Extension } from './extension.ts';

export const minPinLength: Extension = {
  id: 'minPinLength',
  onMakeCredential(input, { rp }, { state: { persistent } }) {
    const wanted = boolean.parse(input, 'minPinLength');
    return wanted && persistent.minPinLengthRpIds.includes(rp.id) ? { output: persistent.minPinLength } : {};
  },
};
