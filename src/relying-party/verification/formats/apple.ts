/** Verifies `apple`, WebAuthn L3 section 8.8. */
import { concat, equal } from '#base/bytes.ts';
import { sha256 } from '#protocol/crypto.ts';
import { refuseOnViolation } from '../attestation-object.ts';
import { extensionOid } from '../certificate.ts';
import { contextTag, readOne, tag } from '../der-reader.ts';
import { encodeCredentialSpki } from '../public-key.ts';
import { getX5c, hasOnly, type StatementFormat } from './statement.ts';

export const apple: StatementFormat = {
  leafExtensions: [extensionOid.appleNonce],
  readCertificates: getX5c,
  findProblem({ attStmt, chain, authData, clientDataHash, parsed }) {
    const [leaf] = chain;
    if (!hasOnly(attStmt, ['x5c']) || !leaf) return 'Expected an apple statement with x5c only';
    const extension = leaf.extensions.get(extensionOid.appleNonce);
    if (!extension) return 'The certificate has no nonce extension';
    const found = refuseOnViolation('attestation-invalid', () => readNonce(extension.value));
    if (!equal(found, sha256(concat(authData, clientDataHash))))
      return 'The nonce differs from the hash of authData and clientDataHash';
    return equal(leaf.spki, encodeCredentialSpki(parsed.credentialPublicKey))
      ? undefined
      : 'The certificate’s key is not the credential key';
  },
};

/** The nonce extension is SEQUENCE { [1] EXPLICIT OCTET STRING }. */
const readNonce = (extension: Uint8Array): Uint8Array =>
  readOne(readOne(readOne(extension, tag.sequence).content, contextTag(1)).content, tag.octetString).content;
