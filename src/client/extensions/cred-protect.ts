/**
 * Credential Protection, CTAP 2.1 section 12.1: reads credentialProtectionPolicy and enforceCredentialProtectionPolicy.
 * Enforced, a policy above userVerificationOptional must not be lost on an authenticator that does not know it.
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
      const wanted = Object.keys(credProtectPolicies).join(', ');
      throw new WebAuthnError('TypeError', `cannot use credentialProtectionPolicy: one of ${wanted} is wanted`);
    }
    const mustHold = enforce === true && policy !== 'userVerificationOptional';
    return {
      suits: (info) => !mustHold || info.extensions?.includes('credProtect') === true,
      authenticatorInputs: (info): AuthenticatorExtensions =>
        info.extensions?.includes('credProtect') ? { credProtect: credProtectPolicies[policy] } : {},
    };
  },
};
