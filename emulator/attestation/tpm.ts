/**
 * Attestation statement format `tpm`, WebAuthn L3 section 8.3: a TPM certifies the credential key with its attestation
 * identity key (AIK). The structures are defined in the TPM 2.0 Library, part 2; numbers are big-endian.
 */
import { concat, fromHex, uint } from '#base/bytes.ts';
import { type CoseAlgorithm, coseAlgorithms, parseCoseKey } from '#protocol/cose.ts';
import { digest, type SigningKey, sha256 } from '#protocol/crypto.ts';
import * as der from '#protocol/der.ts';
import type { Extension } from '#protocol/x509/certificate.ts';
import type { AttestationFormat } from './format.ts';
import type { TpmAttestationFields } from './tpm-attestation-fields.ts';

/** fixedTPM, fixedParent, sensitiveDataOrigin, userWithAuth, noDA, sign. */
const defaultAttributes = 0x0004_0472;
const tpmAlgorithm = { rsa: 0x0001, null: 0x0010, sha256: 0x000b, ecc: 0x0023 };
const tpmCurves: Partial<Record<CoseAlgorithm, number>> = { ES256: 3, ES384: 4, ES512: 5 };
const generated = fromHex('ff544347'); // TPM_GENERATED_VALUE
const attestCertify = 0x8017; // TPM_ST_ATTEST_CERTIFY

const defaultFields = (aik: SigningKey): TpmAttestationFields => ({
  objectAttributes: defaultAttributes,
  clockInfo: concat(fromHex('000000000012d687'), uint(7, 4), uint(1, 4), uint(1, 1)),
  firmwareVersion: fromHex('0007005500000100'),
  qualifiedSigner: nameOf(sha256(aik.spki)),
  qualifiedName: nameOf(sha256('touchstone emulated TPM')),
});

export const tpm: AttestationFormat = {
  fmt: 'tpm',
  metadataTypes: ['attca'],
  algorithms: ['ES256', 'ES384', 'ES512', 'RS256', 'RS384', 'RS512', 'RS1', 'PS256', 'PS384', 'PS512'],
  attest({ authData, clientDataHash, credentialKey }, env) {
    const identity = env.state.identity.attestation();
    const aik = identity.deriveKey('tpm aik');
    const fields = { ...defaultFields(aik), ...identity.tpm };
    const pubArea = encodePublicArea(credentialKey, fields);
    const extraData = digest(coseAlgorithms.ES256.hash, concat(authData, clientDataHash));
    const certInfo = encodeAttest(extraData, nameOf(sha256(pubArea)), fields);
    const extensions = [aikExtendedKeyUsage, tpmSubjectAlternativeName];
    return new Map<string, string | number | Uint8Array | Uint8Array[]>([
      ['ver', '2.0'],
      ['alg', aik.alg],
      ['x5c', identity.issueCertificate({ label: 'tpm aik', subject: [], spki: aik.spki, extensions })],
      ['sig', env.faultHooks.signature(aik.sign(certInfo))],
      ['certInfo', certInfo],
      ['pubArea', pubArea],
    ]);
  },
};

/** Encodes a TPM2B structure: the length in 2 bytes, then the bytes. */
const sized = (bytes: Uint8Array): Uint8Array => concat(uint(bytes.length, 2), bytes);
/** Returns the name of an entity: nameAlg and the digest of its public area, TPM 2.0 part 1 section 16. */
const nameOf = (digestOfArea: Uint8Array): Uint8Array => concat(uint(tpmAlgorithm.sha256, 2), digestOfArea);

/** Encodes TPMT_PUBLIC, part 2 section 12.2.4. The scheme is TPM_ALG_NULL, so the key may sign with any scheme. */
function encodePublicArea(credentialKey: SigningKey, { objectAttributes }: TpmAttestationFields): Uint8Array {
  const key = parseCoseKey(credentialKey.publicKey);
  const type = key.kty === 3 ? tpmAlgorithm.rsa : tpmAlgorithm.ecc;
  const head = concat(uint(type, 2), uint(tpmAlgorithm.sha256, 2), uint(objectAttributes, 4), sized(new Uint8Array(0)));
  const anyScheme = uint(tpmAlgorithm.null, 2);
  if (key.kty === 3) {
    const exponent = uint(0, 4); // 0 means 65537
    return concat(head, anyScheme, anyScheme, uint(key.n.length * 8, 2), exponent, sized(key.n));
  }
  const curve = key.kty === 2 ? tpmCurves[key.name] : undefined;
  if (key.kty !== 2 || curve === undefined)
    throw new RangeError(`Cannot attest a ${key.name} key: a TPM has no such keys`);
  return concat(head, anyScheme, anyScheme, uint(curve, 2), anyScheme, sized(key.x), sized(key.y as Uint8Array));
}

/** Encodes TPMS_ATTEST with TPMS_CERTIFY_INFO, part 2 sections 10.12.8 and 10.12.3. */
function encodeAttest(extraData: Uint8Array, name: Uint8Array, fields: TpmAttestationFields): Uint8Array {
  const { qualifiedSigner, clockInfo, firmwareVersion, qualifiedName } = fields;
  const head = concat(generated, uint(attestCertify, 2), sized(qualifiedSigner), sized(extraData));
  return concat(head, clockInfo, firmwareVersion, sized(name), sized(qualifiedName));
}

/** tcg-kp-AIKCertificate, WebAuthn L3 section 8.3.1. */
const aikExtendedKeyUsage: Extension = {
  oid: '2.5.29.37',
  critical: false,
  value: der.sequence(der.objectIdentifier('2.23.133.8.3')),
};

/** TPM manufacturer, model and version as a directoryName. FFFFF1D0 is the manufacturer id that the FIDO test tools use. */
const tpmSubjectAlternativeName: Extension = {
  oid: '2.5.29.17',
  critical: true,
  value: der.sequence(
    der.contextSpecific(
      4,
      der.sequence(
        tpmAttribute('2.23.133.2.1', 'id:FFFFF1D0'),
        tpmAttribute('2.23.133.2.2', 'Touchstone TEST'),
        tpmAttribute('2.23.133.2.3', 'id:00070055'),
      ),
    ),
  ),
};

function tpmAttribute(oid: string, value: string): Uint8Array {
  return der.setOf(der.sequence(der.objectIdentifier(oid), der.utf8String(value)));
}
