/**
 * Attestation statement format `fido-u2f`, WebAuthn L3 section 8.6: signs the U2F registration message; x5c has exactly
 * one certificate.
 */
import { concat } from '#base/bytes.ts';
import { coseKeyLabels } from '#protocol/cose.ts';
import type { AttestationFormat } from './format.ts';

export const fidoU2f: AttestationFormat = {
  fmt: 'fido-u2f',
  metadataTypes: ['basic_full'],
  hasModelCertificate: true,
  zeroAaguid: true,
  algorithms: ['ES256'], // U2F supports no other algorithm
  attest({ clientDataHash, rpIdHash, credentialId, credentialKey }, env) {
    const { key, chain } = env.state.identity.attestation();
    const x = credentialKey.publicKey.get(coseKeyLabels.x) as Uint8Array;
    const y = credentialKey.publicKey.get(coseKeyLabels.y) as Uint8Array;
    const publicKeyU2f = concat(new Uint8Array([0x04]), x, y);
    const signed = concat(new Uint8Array([0x00]), rpIdHash, clientDataHash, credentialId, publicKeyU2f);
    return new Map<string, Uint8Array | Uint8Array[]>([
      ['sig', env.faultHooks.signature(key.sign(signed))],
      ['x5c', chain],
    ]);
  },
};
