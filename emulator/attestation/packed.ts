/**
 * Attestation statement format `packed`, WebAuthn L3 section 8.2. Signs authData || clientDataHash with the key of the
 * model (basic), the key of this one device (enterprise), or the credential key (self). Basic and enterprise add the
 * certificates as x5c.
 */
import { concat } from '#base/bytes.ts';
import type { SigningKey } from '#protocol/crypto.ts';
import type { CertifiedKey } from '#protocol/x509/authority.ts';
import type { AuthenticatorEnv } from '../env.ts';
import type { AttestationFormat, AttestationInput } from './format.ts';

/** Returns the format with x5c, signed with the key that `getSigner` returns. */
const packedWithCertificate = (getSigner: (env: AuthenticatorEnv) => CertifiedKey): AttestationFormat => ({
  fmt: 'packed',
  metadataTypes: ['basic_full'],
  hasModelCertificate: true,
  attest(input, env) {
    const { key, chain } = getSigner(env);
    return signStatement(input, key, env).set('x5c', chain);
  },
});

export const packedBasic = packedWithCertificate((env) => env.state.identity.attestation());

/** Enterprise attestation, CTAP 2.1 section 7.1: the certificate identifies this one device. */
export const packedEnterprise = packedWithCertificate((env) => env.state.identity.attestation().enterprise());

export const packedSelf: AttestationFormat = {
  fmt: 'packed',
  metadataTypes: ['basic_surrogate'],
  attest: (input, env) => signStatement(input, input.credentialKey, env),
};

/** Returns `alg` and `sig`, the signature over authData || clientDataHash. */
function signStatement({ authData, clientDataHash }: AttestationInput, key: SigningKey, env: AuthenticatorEnv) {
  const sig = env.faultHooks.signature(key.sign(concat(authData, clientDataHash)));
  return new Map<string, number | Uint8Array | Uint8Array[]>([
    ['alg', key.alg],
    ['sig', sig],
  ]);
}
