/** The reference verifier as a library under test. It can lack rules, to prove the cases that test them. */
import { systemClock } from '#base/clock.ts';
import type { RelyingPartyLibrary, Verified } from '#conformance/relying-party/library-target.ts';
import { verifyEncoded } from '#relying-party/metadata/encoded-metadata.ts';
import { RefusalError } from '#relying-party/refusals.ts';
import type { Passkey, VerifiedCredential } from '#relying-party/store/store.ts';
import { parseCertificate } from '#relying-party/verification/certificate.ts';
import type { Rule } from '#relying-party/verification/rules.ts';
import { verifyAuthentication } from '#relying-party/verification/verify-authentication.ts';
import { verifyRegistration } from '#relying-party/verification/verify-registration.ts';

const none: ReadonlySet<Rule> = new Set();

/** Returns the reference verifier without the rules in `lacks`. */
export function createReferenceVerifier(lacks: ReadonlySet<Rule> = none): RelyingPartyLibrary {
  const redeem = async (found: string, expected: string) => {
    if (found !== expected && !lacks.has('client-data.challenge'))
      throw new RefusalError('challenge-mismatch', '', { rule: 'client-data.challenge' });
  };
  return {
    name: 'Touchstone reference verifier',
    checksTrust: true,
    usesMetadata: true,
    async verifyRegistration({ response, challenge, attestation, trustAnchors, algorithms, metadata, ...expected }) {
      const outcome = await verifyRegistration(response, {
        ...expected,
        async redeemChallenge(found) {
          await redeem(found, challenge);
          return { algorithms: [...algorithms] };
        },
        attestation: attestation === 'required' ? 'enforced' : 'requested',
        trustAnchors: trustAnchors.map(parseCertificate),
        metadata: metadata && (async () => verifyEncoded(metadata, systemClock.now(), lacks)),
        now: systemClock.now(),
        lacks,
      });
      return outcome.accepted ? { accepted: true, credential: outcome.credential } : toVerified(outcome, lacks);
    },
    async verifyAuthentication({ response, challenge, credential, userHandle, ...expected }) {
      const passkey = toPasskey(credential as VerifiedCredential, userHandle);
      const outcome = await verifyAuthentication(response, {
        ...expected,
        redeemChallenge: (found) => redeem(found, challenge),
        findPasskey: async (id) => (id === passkey.credentialId ? passkey : undefined),
        lacks,
      });
      return outcome.accepted ? { accepted: true } : toVerified(outcome, lacks);
    },
  };
}

/**
 * Where a violated rule leaves nothing to verify (a body that cannot be read), a verifier that lacks the rule accepts: it is the relying
 * party that ignores the error.
 */
function toVerified(
  { rule, reason, detail }: { rule?: string | undefined; reason: string; detail: string },
  lacks: ReadonlySet<Rule>,
): Verified {
  if (rule !== undefined && lacks.has(rule as Rule)) return { accepted: true };
  return { accepted: false, reason: `${reason} ${detail}`.trim(), ...(rule !== undefined && { rule }) };
}

const toPasskey = (credential: VerifiedCredential, userId: string): Passkey => ({
  ...credential,
  id: '1',
  userId,
  name: 'Key',
  registeredAt: systemClock.now(),
});
