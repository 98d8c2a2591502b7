/**
 * Attestation statement format `compound`, WebAuthn L3 section 8.9: a list of at least two statements of other formats,
 * here packed basic and packed self attestation.
 */
import type { CborMap } from '#protocol/cbor.ts';
import type { AttestationFormat } from './format.ts';
import { packedBasic, packedSelf } from './packed.ts';

export const compound: AttestationFormat = {
  fmt: 'compound',
  metadataTypes: ['basic_full', 'basic_surrogate'],
  hasModelCertificate: true,
  attest: (input, env) =>
    [packedBasic, packedSelf].map(({ fmt, attest }): CborMap => {
      const attStmt = attest(input, env) as CborMap;
      return new Map<string, string | CborMap>([
        ['fmt', fmt],
        ['attStmt', attStmt],
      ]);
    }),
};
