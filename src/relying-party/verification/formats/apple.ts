/** Verifies `apple`, WebAuthn L3 section 8.8. */
import { concat, equal } from '#base/bytes.ts';
import { sha256 } from '#protocol/crypto.ts';
import { violationsAs } from '../attestation-object.ts';
import { extensionOid } from '../certificate.ts';
import { contextTag, readOne, tag } from '../der-reader.ts';
import { credentialSpki } from '../public-key.ts';
import { hasOnly, type StatementFormat, x5c } from './statement.ts';

export const apple: StatementFormat = {
  certificates: x5c,
  problem({ attStmt, chain, authData, clientDataHash, parsed }) {
    const [leaf] = chain;
    if (!hasOnly(attStmt, ['x5c']) || !leaf) return 'an apple statement has x5c only';
    const extension = leaf.extensions.get(extensionOid.appleNonce);
    if (!extension) return 'the certificate has no nonce extension';
    const found = violationsAs('attestation-invalid', () => nonceIn(extension.value));
    if (!equal(found, sha256(concat(authData, clientDataHash)))) return 'the nonce differs';
    return equal(leaf.spki, credentialSpki(parsed.credentialPublicKey))
      ? undefined
      : 'the certificate’s key is not the credential key';
  },
};

/** SEQUENCE { [1] EXPLICIT OCTET STRING }. */
const nonceIn = (extension: Uint8Array): Uint8Array =>
  readOne(readOne(readOne(extension, tag.sequence).content, contextTag(1)).content, tag.octetString).content;
