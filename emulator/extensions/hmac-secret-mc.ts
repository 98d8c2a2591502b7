/** Extension `hmac-secret-mc`, CTAP 2.2: the secrets of a credential at the moment it is made. */
import { CtapError } from '#protocol/errors.ts';
import type { Extension } from './extension.ts';
import { readSalts, secretsFor } from './hmac-secret.ts';

export const hmacSecretMc: Extension = {
  id: 'hmac-secret-mc',
  onMakeCredential(input, { user, inputs }, env) {
    if (inputs['hmac-secret'] !== true)
      throw new CtapError('CTAP2_ERR_MISSING_PARAMETER', 'hmac-secret-mc needs hmac-secret in the same request');
    const salts = readSalts(input, 'hmac-secret-mc', env);
    const { verified } = user;
    return { outputFor: (credentialId) => secretsFor(credentialId, verified, salts, env) };
  },
};
