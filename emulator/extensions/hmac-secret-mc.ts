/** Extension `hmac-secret-mc`, CTAP 2.2 section 12: returns the secrets of `hmac-secret` when a credential is created. */
import { CtapError } from '#protocol/errors.ts';
import type { Extension } from './extension.ts';
import { computeSecrets, readSalts } from './hmac-secret.ts';

export const hmacSecretMc: Extension = {
  id: 'hmac-secret-mc',
  onMakeCredential(input, { user, inputs }, env) {
    if (inputs['hmac-secret'] !== true)
      throw new CtapError(
        'CTAP2_ERR_MISSING_PARAMETER',
        'hmac-secret-mc requires hmac-secret: true in the same request',
      );
    const salts = readSalts(input, 'hmac-secret-mc', env);
    const { verified } = user;
    return { computeOutput: (credentialId) => computeSecrets(credentialId, verified, salts, env) };
  },
};
