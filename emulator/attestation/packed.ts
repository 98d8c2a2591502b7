/** Attestation statement format `packed`, WebAuthn L3 section 8.2: under a certificate (x5c), or with the credential's own key (self). */
import { concat } from '#protocol/bytes.ts';
import type { SigningKey } from '#protocol/crypto.ts';
import type { AuthenticatorEnv } from '../env.ts';
import type { AttestationFormat, AttestationInput } from './format.ts';

export const packedBasic: AttestationFormat = {
  fmt: 'packed',
  attest(input, env) {
    const { key, chain } = env.state.identity.attestation();
    return statement(input, key, env).set('x5c', chain);
  },
};

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
