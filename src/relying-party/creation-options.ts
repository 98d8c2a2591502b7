/** Creates PublicKeyCredentialCreationOptions (WebAuthn L3 section 5.4) from the policy. */
import { issueChallenge } from './challenges.ts';
import type { RelyingPartyContext } from './context.ts';
import type { Caller } from './methods/sessions.ts';
import { attestationConveyance, requestedAttachment } from './policy.ts';
import type { PublicKeyCredentialCreationOptionsJSON } from './verification/simplewebauthn.ts';

/** A challenge for one kind of create() does not serve for the other, which checks more. */
export const challengePurpose = (mediation: 'conditional' | undefined) =>
  mediation === 'conditional' ? 'conditional-create' : 'create';

export type CreationOptions = PublicKeyCredentialCreationOptionsJSON & { rp: { id: string; name: string } };

/**
 * Returns options with a new challenge for this session; they exclude the passkeys the user already has. A conditional
 * create() asks the user for no gesture, so user verification is only preferred there (WebAuthn L3 section 5.1.3 step 19).
 */
export async function createCreationOptions(
  context: RelyingPartyContext,
  { user, session }: Caller,
  mediation?: 'conditional',
): Promise<CreationOptions> {
  const policy = await context.policy();
  const attachment = requestedAttachment(policy);
  const registered = await context.store.passkeys.byUser(user.id);
  return {
    rp: { id: context.rpId, name: context.rpName },
    user: { id: user.id, name: user.name, displayName: user.displayName },
    challenge: await issueChallenge(context, challengePurpose(mediation), session.id),
    pubKeyCredParams: policy.algorithms.map((alg) => ({ type: 'public-key', alg })),
    timeout: policy.timeoutMs,
    excludeCredentials: registered.map(({ credentialId, transports }) => ({
      type: 'public-key',
      id: credentialId,
      transports,
    })),
    authenticatorSelection: {
      ...(attachment && { authenticatorAttachment: attachment }),
      residentKey: policy.residentKey,
      requireResidentKey: policy.residentKey === 'required',
      userVerification: mediation ? 'preferred' : policy.userVerification,
    },
    attestation: attestationConveyance(policy),
    extensions: { credProps: true },
  };
}
