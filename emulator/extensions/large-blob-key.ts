/** Extension `largeBlobKey`, CTAP 2.1 section 12.3: the key that encrypts the credential's entry in the large-blob array. */
import type { CborValue } from '#protocol/cbor.ts';
import { CtapError } from '#protocol/errors.ts';
import { boolean } from '#protocol/message.ts';
import type { Extension } from './extension.ts';

export const largeBlobKey: Extension = {
  id: 'largeBlobKey',

  onMakeCredential(input, { discoverable }, { random }) {
    requireTrue(input);
    if (!discoverable)
      throw new CtapError('CTAP2_ERR_INVALID_OPTION', 'largeBlobKey requires a discoverable credential');
    const key = random.bytes(32);
    return { largeBlobKey: key, properties: { largeBlobKey: key } };
  },

  onGetAssertion(input, { credential }) {
    requireTrue(input);
    return { largeBlobKey: credential.largeBlobKey };
  },
};

function requireTrue(input: CborValue): void {
  if (!boolean.parse(input, 'largeBlobKey')) throw new CtapError('CTAP2_ERR_INVALID_OPTION', 'largeBlobKey false');
}
