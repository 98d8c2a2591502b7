/** Extension `credBlob`, CTAP 2.1 section 12.2: a few bytes that a discoverable credential keeps for its relying party. */
import { boolean, bytes } from '#protocol/message.ts';
import type { Extension } from './extension.ts';

/** What getInfo tells as maxCredBlobLength; the spec's minimum, as keys have it. */
export const maxCredBlobLength = 32;

export const credBlob: Extension = {
  id: 'credBlob',

  /** Whether it was stored: a blob that is too long, or has no place, does not end the command. */
  onMakeCredential(input, { discoverable }) {
    const blob = bytes.parse(input, 'credBlob');
    if (!discoverable || blob.length > maxCredBlobLength) return { output: false };
    return { output: true, properties: { credBlob: blob.slice() } };
  },

  /** An empty string where nothing was stored. */
  onGetAssertion: (input, { credential }) =>
    boolean.parse(input, 'credBlob') ? { output: credential.credBlob ?? new Uint8Array(0) } : {},
};
