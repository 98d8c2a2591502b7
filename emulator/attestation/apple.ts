/**
 * Attestation statement format `apple`, WebAuthn L3 section 8.8: the CA certifies the credential key itself together
 * with a nonce. The statement has no signature.
 */
import { concat } from '#base/bytes.ts';
import { sha256 } from '#protocol/crypto.ts';
import * as der from '#protocol/der.ts';
import type { Extension } from '#protocol/x509/certificate.ts';
import { organisation } from './attestation-ca.ts';
import type { AttestationFormat } from './format.ts';

export const apple: AttestationFormat = {
  fmt: 'apple',
  metadataTypes: ['anonca'],
  algorithms: ['ES256', 'ES384', 'ES512', 'EdDSA', 'RS256'],
  attest({ authData, clientDataHash, credentialId, credentialKey }, env) {
    const x5c = env.state.identity.attestation().issueCertificate({
      label: `apple ${Buffer.from(credentialId).toString('base64')}`,
      subject: [...organisation, ['OU', 'AAA Certification'], ['CN', 'Touchstone anonymous attestation']],
      spki: credentialKey.spki,
      extensions: [nonceExtension(sha256(concat(authData, clientDataHash)))],
    });
    return new Map([['x5c', x5c]]);
  },
};

/** Encodes the nonce like Apple: an OCTET STRING, tagged [1] EXPLICIT, in a SEQUENCE. */
const nonceExtension = (nonce: Uint8Array): Extension => ({
  oid: '1.2.840.113635.100.8.2',
  critical: false,
  value: der.sequence(der.contextSpecific(1, der.octetString(nonce))),
});
