/**
 * Credential Protection, CTAP 2.1 section 12.1: credentialProtectionPolicy and enforceCredentialProtectionPolicy. An
 * enforced policy above userVerificationOptional rules out authenticators without the extension and responses without an
 * output. An authenticator may choose a higher level than requested, but no lower one.
 */
import type { CborValue } from '#protocol/cbor.ts';
import { ProtocolViolation, WebAuthnError } from '#protocol/errors.ts';
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
      checkOutputs(outputs) {
        const level = outputs.get('credProtect');
        if (level !== undefined || isMandatory) checkLevel(level, credProtectPolicies[policy]);
      },
    };
  },
};

const highestLevel = Math.max(...Object.values(credProtectPolicies));

function checkLevel(level: CborValue | undefined, requested: number): void {
  if (typeof level === 'number' && level >= requested && level <= highestLevel) return;
  throw new ProtocolViolation(
    { rule: 'response.cred-protect', section: 'CTAP 2.1 section 12.1', offset: 0 },
    `Cannot use the credProtect output: expected ${requested} to ${highestLevel}, got ${String(level)}`,
  );
}
