/**
 * Extension `largeBlob`, CTAP 2.2: the authenticator stores one blob per credential. Inputs and outputs are maps, and
 * the outputs are unsigned. An authenticator has either this extension or the largeBlobs command.
 */
import type { CborMap, CborValue } from '#protocol/cbor.ts';
import { CtapError } from '#protocol/errors.ts';
import { boolean, bytes, message, optional, required, text, unsigned } from '#protocol/message.ts';
import type { Credential } from '../credential-store.ts';
import type { AuthenticatorEnv } from '../env.ts';
import type { Extension } from './extension.ts';

/** Maximum length of a compressed blob in bytes. */
const maxBlobLength = 2048;

const createInput = message({ support: required('support', text) });
const getInput = message({
  read: optional('read', boolean),
  write: optional('write', bytes),
  originalSize: optional('originalSize', unsigned),
});

export const largeBlob: Extension = {
  id: 'largeBlob',

  onMakeCredential(input, { discoverable }) {
    const { support } = createInput.parse(input, 'largeBlob');
    if (support !== 'required' && support !== 'preferred')
      throw new CtapError('CTAP2_ERR_INVALID_OPTION', `largeBlob.support ${support}`);
    if (!discoverable && support === 'required')
      throw new CtapError('CTAP2_ERR_INVALID_OPTION', 'largeBlob requires a discoverable credential');
    return { unsignedOutput: map({ supported: discoverable }), properties: { largeBlobSupported: discoverable } };
  },

  onGetAssertion(input, { credential, user }, env) {
    const { read, write, originalSize } = getInput.parse(input, 'largeBlob');
    if ((read === true) === (write !== undefined))
      throw new CtapError('CTAP2_ERR_INVALID_OPTION', 'largeBlob requires either read or write');
    if (write === undefined) return { unsignedOutput: map(readBlob(credential)) };
    if (originalSize === undefined) throw new CtapError('CTAP2_ERR_MISSING_PARAMETER', 'largeBlob.originalSize');
    const stored = user.present && writeBlob(credential, { compressed: write.slice(), originalSize }, env);
    return { unsignedOutput: map({ written: stored }) };
  },
};

function readBlob({ largeBlob: blob }: Credential): Record<string, CborValue> {
  return blob ? { blob: blob.compressed, originalSize: blob.originalSize } : {};
}

/** Returns whether the blob was stored. */
function writeBlob(
  credential: Credential,
  blob: NonNullable<Credential['largeBlob']>,
  { state: { persistent } }: AuthenticatorEnv,
): boolean {
  if (!credential.largeBlobSupported || blob.compressed.length > maxBlobLength) return false;
  return persistent.credentials.update(credential.id, { largeBlob: blob });
}

const map = (members: Record<string, CborValue>): CborMap => new Map(Object.entries(members));
