/** Extension `credBlob`, CTAP 2.1 section 12.2: the relying party stores a few bytes with a discoverable credential. */
import { boolean, bytes } from '#protocol/message.ts';
import type { Extension } from './extension.ts';

/** maxCredBlobLength in getInfo: the minimum in the spec, which real keys use too. */
export const maxCredBlobLength = 32;

export const credBlob: Extension = {
  id: 'credBlob',

  /** Returns whether the blob was stored. A blob that is too long, or a credential that is not discoverable, is not an error. */
  onMakeCredential(input, { discoverable }) {
    const blob = bytes.parse(input, 'credBlob');
    if (!discoverable || blob.length > maxCredBlobLength) return { output: false };
    return { output: true, properties: { credBlob: blob.slice() } };
  },

  /** Returns the blob; an empty byte string if none was stored. */
  onGetAssertion: (input, { credential }) =>
    boolean.parse(input, 'credBlob') ? { output: credential.credBlob ?? new Uint8Array(0) } : {},
};
