/** Signing in with a registered passkey: options, verification, and the policy's key restrictions once more. */
import { giveChallenge, redeemChallenge } from './challenges.ts';
import type { PartyContext } from './context.ts';
import { refusesAaguid } from './policy.ts';
import { type Refused, refuse } from './refusals.ts';
import type { Passkey, User } from './store/store.ts';
import { verifyAuthentication } from './verification/verify-authentication.ts';

export interface PasskeySignIn {
  /** Options for `get()` with any passkey of this site. `owner` names the visitor the challenge is for. */
  requestOptions(owner: string): Promise<PublicKeyCredentialRequestOptionsJSON>;
  /** Verifies what `get()` gave (AuthenticationResponseJSON). Opening the session is the caller's. */
  authenticate(owner: string, response: unknown): Promise<{ accepted: true; user: User; passkey: Passkey } | Refused>;
}

export function createPasskeySignIn(context: PartyContext): PasskeySignIn {
  const { store, clock, events } = context;

  async function refused(refusal: Refused, user?: User): Promise<Refused> {
    await events.emit('signin.passkey.refused', user?.name, { reason: refusal.reason, detail: refusal.detail });
    return refusal;
  }

  return {
    async requestOptions(owner) {
      const { timeoutMs, userVerification } = await context.policy();
      const challenge = await giveChallenge(context, 'get', owner);
      return { challenge, rpId: context.rpId, timeout: timeoutMs, userVerification, allowCredentials: [] };
    },

    async authenticate(owner, response) {
      const policy = await context.policy();
      const verified = await verifyAuthentication(response, {
        redeemChallenge: (challenge) => redeemChallenge(context, 'get', owner, challenge),
        findPasskey: (credentialId) => store.passkeys.byCredentialId(credentialId),
        origin: context.origin(),
        rpId: context.rpId,
        userVerification: policy.userVerification,
      });
      if (!verified.accepted) return refused(verified);
      const { passkey, signCount, backedUp } = verified;
      const user = await store.users.byId(passkey.userId);
      if (!user) return refused(refuse('credential-unknown', 'its user is gone'));
      const forbidden = refusesAaguid(policy, passkey.aaguid);
      if (forbidden) return refused(forbidden, user);
      await store.passkeys.used(passkey.id, signCount, backedUp, clock.now());
      await events.emit('signin.passkey.ok', user.name, { name: passkey.name, aaguid: passkey.aaguid });
      return { accepted: true, user, passkey };
    },
  };
}
