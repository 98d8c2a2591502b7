/** PublicKeyCredentialCreationOptions, WebAuthn L3 section 5.4, as the policy wants them. */
import { giveChallenge } from './challenges.ts';
import type { PartyContext } from './context.ts';
import type { Caller } from './methods/sessions.ts';
import { conveyance, requestedAttachment } from './policy.ts';

export type CreationOptions = PublicKeyCredentialCreationOptionsJSON & { rp: { id: string; name: string } };

export async function newCreationOptions(context: PartyContext, { user, session }: Caller): Promise<CreationOptions> {
  const policy = await context.policy();
  const attachment = requestedAttachment(policy);
  const known = await context.store.passkeys.byUser(user.id);
  return {
    rp: { id: context.rpId, name: context.rpName },
    user: { id: user.id, name: user.name, displayName: user.displayName },
    challenge: await giveChallenge(context, 'create', session.id),
    pubKeyCredParams: policy.algorithms.map((alg) => ({ type: 'public-key', alg })),
    timeout: policy.timeoutMs,
    excludeCredentials: known.map(({ credentialId, transports }) => ({
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
    attestation: conveyance(policy),
    extensions: { credProps: true },
  };
}
