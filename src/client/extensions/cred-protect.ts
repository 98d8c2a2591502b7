/**
 * Credential Protection, CTAP 2.1 section 12.1: credentialProtectionPolicy and enforceCredentialProtectionPolicy. An
 * enforced policy above userVerificationOptional rules out authenticators without the extension.
 */
import { WebAuthnError } from '#protocol/errors.ts';
import { credProtectPolicies } from '#protocol/extensions.ts';
import type { AuthenticatorExtensions, ClientExtension } from './extension.ts';

type Policy = keyof typeof credProtectPolicies;
const isPolicy = (value: unknown): value is Policy =>
  typeof value === 'string' && Object.hasOwn(credProtectPolicies, value);

export const credProtect: ClientExtension = {
  create({ credentialProtectionPolicy: policy, enforceCredentialProtectionPolicy: enforce }) {
    if (policy === undefined) return undefined;
    if (!isPolicy(policy)) {
      const expected = Object.keys(credProtectPolicies).join(', ');
      const found = typeof policy === 'string' ? JSON.stringify(policy.slice(0, 40)) : typeof policy;
      throw new WebAuthnError(
        'TypeError',
        `Cannot use credentialProtectionPolicy: expected one of ${expected}, got ${found}`,
      );
    }
    const isMandatory = enforce === true && policy !== 'userVerificationOptional';
    return {
      isSuitable: (info) => !isMandatory || info.extensions?.includes('credProtect') === true,
      authenticatorInputs: (info): AuthenticatorExtensions =>
        info.extensions?.includes('credProtect') ? { credProtect: credProtectPolicies[policy] } : {},
    };
  },
};
