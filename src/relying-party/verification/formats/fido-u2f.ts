/** Verifies `fido-u2f`, WebAuthn L3 section 8.6. */
import { concat } from '#base/bytes.ts';
import { coseAlgorithms, coseKeyLabels } from '#protocol/cose.ts';
import { isKeyForAlgorithm, verifyWithKey } from '#protocol/crypto.ts';
import { readAlgorithm } from '../public-key.ts';
import { getX5c, hasOnly, type StatementFormat } from './statement.ts';

export const fidoU2f: StatementFormat = {
  readCertificates: getX5c,
  readAlgorithm: () => coseAlgorithms.ES256.alg,
  findProblem({ attStmt, chain, parsed, clientDataHash }) {
    if (!hasOnly(attStmt, ['sig', 'x5c'])) return 'Expected a fido-u2f statement with sig and x5c only';
    const [leaf] = chain;
    if (!leaf || chain.length !== 1) return 'Expected exactly one certificate in a fido-u2f statement';
    if (!isKeyForAlgorithm(leaf.publicKey, 'ES256')) return 'Expected a P-256 key in the certificate';
    const { attestedCredentialData, credentialPublicKey: key, rpIdHash } = parsed;
    if (readAlgorithm(key) !== coseAlgorithms.ES256.alg) return 'Expected a credential key on P-256';
    if (attestedCredentialData.aaguid.some((byte) => byte !== 0)) return 'Expected a zero AAGUID: U2F has none';
    const [x, y, sig] = [key.get(coseKeyLabels.x), key.get(coseKeyLabels.y), attStmt.get('sig')];
    if (!(x instanceof Uint8Array && y instanceof Uint8Array && sig instanceof Uint8Array))
      return 'Expected bytes in sig';
    const { credentialId } = attestedCredentialData;
    const signed = concat(Uint8Array.of(0), rpIdHash, clientDataHash, credentialId, Uint8Array.of(4), x, y);
    return verifyWithKey(leaf.publicKey, 'ES256', signed, sig) ? undefined : 'The signature does not verify';
  },
};
