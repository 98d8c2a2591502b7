/** Sign-in with a registered passkey: request options, verification, and the key restrictions of the current policy. */
import { issueChallenge, redeemChallenge } from './challenges.ts';
import type { RelyingPartyContext } from './context.ts';
import { checkAaguid } from './policy.ts';
import { type Refused, refuse } from './refusals.ts';
import type { Passkey, User } from './store/store.ts';
import type { PublicKeyCredentialRequestOptionsJSON } from './verification/simplewebauthn.ts';
import { verifyAuthentication } from './verification/verify-authentication.ts';

export interface PasskeySignIn {
  /** Returns options for `get()` with any passkey of this site. `owner` identifies the visitor that the challenge is for. */
  requestOptions(owner: string): Promise<PublicKeyCredentialRequestOptionsJSON>;
  /**
   * Verifies what `get()` returned (AuthenticationResponseJSON). The caller opens the session. `named` is the user that the options were
   * for, if they were for one (WebAuthn L3 section 7.2 steps 5 and 6).
   */
  authenticate(
    owner: string,
    response: unknown,
    named?: User,
  ): Promise<{ accepted: true; user: User; passkey: Passkey } | Refused>;
}

const notOfNamedUser: Refused = {
  ...refuse('credential-unknown', 'The options did not list this credential: it is one of another user'),
  rule: 'assertion.allow-list',
};

export function createPasskeySignIn(context: RelyingPartyContext): PasskeySignIn {
  const { store, clock, events } = context;

  async function logRefused(refused: Refused, user?: User): Promise<Refused> {
    await events.emit('signin.passkey.refused', user?.name, { reason: refused.reason, detail: refused.detail });
    return refused;
  }

  return {
    async requestOptions(owner) {
      const { timeoutMs, userVerification } = await context.policy();
      const challenge = await issueChallenge(context, 'get', owner);
      return { challenge, rpId: context.rpId, timeout: timeoutMs, userVerification, allowCredentials: [] };
    },

    async authenticate(owner, response, named) {
      const policy = await context.policy();
      const verified = await verifyAuthentication(response, {
        redeemChallenge: (challenge) => redeemChallenge(context, 'get', owner, challenge),
        findPasskey: (credentialId) => store.passkeys.byCredentialId(credentialId),
        origin: context.origin(),
        rpId: context.rpId,
        userVerification: policy.userVerification,
      });
      if (!verified.accepted) return logRefused(verified);
      const { passkey, signCount, backedUp } = verified;
      const user = await store.users.byId(passkey.userId);
      if (!user) return logRefused(refuse('credential-unknown', 'The user of the passkey no longer exists'));
      if (named && named.id !== user.id) return logRefused(notOfNamedUser, user);
      const forbidden = checkAaguid(policy, passkey.aaguid);
      if (forbidden) return logRefused(forbidden, user);
      await store.transaction(async () => {
        await store.passkeys.recordUse(passkey.id, signCount, backedUp, clock.now());
        await events.emit('signin.passkey.ok', user.name, { name: passkey.name, aaguid: passkey.aaguid });
      });
      return { accepted: true, user, passkey };
    },
  };
}
