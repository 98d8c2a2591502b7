/** Creates PublicKeyCredentialCreationOptions (WebAuthn L3 section 5.4) from the policy. */
import { issueChallenge } from './challenges.ts';
import type { RelyingPartyContext } from './context.ts';
import type { Caller } from './methods/sessions.ts';
import { attestationConveyance, requestedAttachment } from './policy.ts';

export type CreationOptions = PublicKeyCredentialCreationOptionsJSON & { rp: { id: string; name: string } };

/** Returns options with a new challenge for this session; they exclude the passkeys the user already has. */
export async function createCreationOptions(
  context: RelyingPartyContext,
  { user, session }: Caller,
): Promise<CreationOptions> {
  const policy = await context.policy();
  const attachment = requestedAttachment(policy);
  const registered = await context.store.passkeys.byUser(user.id);
  return {
    rp: { id: context.rpId, name: context.rpName },
    user: { id: user.id, name: user.name, displayName: user.displayName },
    challenge: await issueChallenge(context, 'create', session.id),
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
      userVerification: policy.userVerification,
    },
    attestation: attestationConveyance(policy),
    extensions: { credProps: true },
  };
}
