/** Verifies `fido-u2f`, WebAuthn L3 section 8.6. */
import { concat } from '#base/bytes.ts';
import { coseAlgorithms, coseKeyLabels } from '#protocol/cose.ts';
import { isKeyForAlgorithm, verifyWithKey } from '#protocol/crypto.ts';
import { readAlgorithm } from '../public-key.ts';
import { getX5c, hasOnly, type Statement, type StatementFormat } from './statement.ts';

export const fidoU2f: StatementFormat = {
  leafExtensions: [],
  readCertificates: getX5c,
  readAlgorithm: () => coseAlgorithms.ES256.alg,
  getSignedData,
  signatureRule: () => 'fido-u2f.signature',
  *findProblems(statement) {
    const { attStmt, chain, parsed } = statement;
    if (!hasOnly(attStmt, ['sig', 'x5c']))
      yield ['fido-u2f.members', 'Expected a fido-u2f statement with sig and x5c only'];
    const [leaf] = chain;
    if (chain.length !== 1)
      yield ['fido-u2f.single-certificate', 'Expected exactly one certificate in a fido-u2f statement'];
    if (!leaf) return yield ['fido-u2f.members', 'Expected a certificate in a fido-u2f statement'];
    if (!isKeyForAlgorithm(leaf.publicKey, 'ES256'))
      yield ['fido-u2f.certificate-key', 'Expected a P-256 key in the certificate'];
    const { attestedCredentialData, credentialPublicKey: key } = parsed;
    if (readAlgorithm(key) !== coseAlgorithms.ES256.alg)
      yield ['fido-u2f.credential-key', 'Expected a credential key on P-256'];
    if (attestedCredentialData.aaguid.some((byte) => byte !== 0))
      yield ['fido-u2f.aaguid', 'Expected a zero AAGUID: U2F has none'];
    const sig = attStmt.get('sig');
    if (!(sig instanceof Uint8Array)) return yield ['fido-u2f.members', 'Expected bytes in sig'];
    if (!verifyWithKey(leaf.publicKey, 'ES256', getSignedData(statement), sig))
      yield ['fido-u2f.signature', 'The signature does not verify'];
  },
};

/** Section 8.6, verificationData: the key is a point of P-256 here, because step 20 has checked it. */
function getSignedData({ parsed, clientDataHash }: Statement): Uint8Array {
  const { attestedCredentialData, credentialPublicKey: key, rpIdHash } = parsed;
  const [x, y] = [key.get(coseKeyLabels.x) as Uint8Array, key.get(coseKeyLabels.y) as Uint8Array];
  return concat(
    Uint8Array.of(0),
    rpIdHash,
    clientDataHash,
    attestedCredentialData.credentialId,
    Uint8Array.of(4),
    x,
    y,
  );
}
