/** Verifies `fido-u2f`, WebAuthn L3 section 8.6. */
import { concat } from '#base/bytes.ts';
import { coseAlgorithms, coseKeyLabels } from '#protocol/cose.ts';
import { fits, verifyUnder } from '#protocol/crypto.ts';
import { algorithmOf } from '../public-key.ts';
import { hasOnly, type StatementFormat, x5c } from './statement.ts';

export const fidoU2f: StatementFormat = {
  certificates: x5c,
  algorithm: () => coseAlgorithms.ES256.alg,
  problem({ attStmt, chain, parsed, clientDataHash }) {
    if (!hasOnly(attStmt, ['sig', 'x5c'])) return 'a fido-u2f statement has sig and x5c only';
    const [leaf] = chain;
    if (!leaf || chain.length !== 1) return 'a fido-u2f statement has exactly one certificate';
    if (!fits(leaf.publicKey, 'ES256')) return 'the certificate’s key is not a P-256 key';
    const { attestedCredentialData, credentialPublicKey: key, rpIdHash } = parsed;
    if (algorithmOf(key) !== coseAlgorithms.ES256.alg) return 'U2F has P-256 keys only';
    if (attestedCredentialData.aaguid.some((byte) => byte !== 0)) return 'U2F has no AAGUID: it must be zero';
    const [x, y, sig] = [key.get(coseKeyLabels.x), key.get(coseKeyLabels.y), attStmt.get('sig')];
    if (!(x instanceof Uint8Array && y instanceof Uint8Array && sig instanceof Uint8Array)) return 'sig must be bytes';
    const { credentialId } = attestedCredentialData;
    const signed = concat(Uint8Array.of(0), rpIdHash, clientDataHash, credentialId, Uint8Array.of(4), x, y);
    return verifyUnder(leaf.publicKey, 'ES256', signed, sig) ? undefined : 'the signature does not verify';
  },
};
