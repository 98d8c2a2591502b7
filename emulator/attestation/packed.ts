/** Attestation statement format `packed`, WebAuthn L3 section 8.2: under a certificate (x5c) of the model or of this one device (enterprise), or with the credential's own key (self). */
import { concat } from '#base/bytes.ts';
import type { SigningKey } from '#protocol/crypto.ts';
import type { AuthenticatorEnv } from '../env.ts';
import type { SignerUnderCertificate } from './authority.ts';
import type { AttestationFormat, AttestationInput } from './format.ts';

/** Full attestation by whatever signs under a certificate. */
const packedUnder = (signer: (env: AuthenticatorEnv) => SignerUnderCertificate): AttestationFormat => ({
  fmt: 'packed',
  attest(input, env) {
    const { key, chain } = signer(env);
    return statement(input, key, env).set('x5c', chain);
  },
});

export const packedBasic = packedUnder((env) => env.state.identity.attestation());

/** CTAP 2.1 section 7.1: for a relying party on the vendor's list, or one that the platform vouches for. */
export const packedEnterprise = packedUnder((env) => env.state.identity.attestation().enterprise());

export const packedSelf: AttestationFormat = {
  fmt: 'packed',
  attest: (input, env) => statement(input, input.credentialKey, env),
};

/** Signs authData || clientDataHash. */
function statement({ authData, clientDataHash }: AttestationInput, key: SigningKey, env: AuthenticatorEnv) {
  const sig = env.misbehaviour.signature(key.sign(concat(authData, clientDataHash)));
  return new Map<string, number | Uint8Array | Uint8Array[]>([
    ['alg', key.alg],
    ['sig', sig],
  ]);
}
