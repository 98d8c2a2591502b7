/** Extension `minPinLength`, CTAP 2.1 section 12.4: returns the minimum PIN length to authorized relying parties. */
import { boolean } from '#protocol/message.ts';
import type { Extension } from './extension.ts';

export const minPinLength: Extension = {
  id: 'minPinLength',
  onMakeCredential(input, { rp }, { state: { persistent } }) {
    const requested = boolean.parse(input, 'minPinLength');
    return requested && persistent.minPinLengthRpIds.includes(rp.id) ? { output: persistent.minPinLength } : {};
  },
};
