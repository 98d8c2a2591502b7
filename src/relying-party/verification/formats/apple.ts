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
  *findProblems({ attStmt, chain, authData, clientDataHash, parsed }) {
    const [leaf] = chain;
    if (!hasOnly(attStmt, ['x5c'])) yield ['apple.members', 'Expected an apple statement with x5c only'];
    if (!leaf) return yield ['apple.members', 'Expected a list of at least one certificate in x5c'];
    if (!equal(leaf.spki, encodeCredentialSpki(parsed.credentialPublicKey)))
      yield ['apple.credential-key', 'The certificate’s key is not the credential key'];
    const extension = leaf.extensions.get(extensionOid.appleNonce);
    if (!extension) return yield ['apple.nonce', 'The certificate has no nonce extension'];
    const found = refuseOnViolation('apple.nonce', 'attestation-invalid', () => readNonce(extension.value));
    if (!equal(found, sha256(concat(authData, clientDataHash))))
      yield ['apple.nonce', 'The nonce differs from the hash of authData and clientDataHash'];
  },
};

/** The nonce extension is SEQUENCE { [1] EXPLICIT OCTET STRING }. */
const readNonce = (extension: Uint8Array): Uint8Array =>
  readOne(readOne(readOne(extension, tag.sequence).content, contextTag(1)).content, tag.octetString).content;
