/**
 * Passkey upgrade: right after a sign-in with a password, the browser creates a passkey without a dialog (conditional create(), WebAuthn
 * L3 section 5.1.3 step 19). The user is not asked for a name either: the portal chooses one.
 */
import { defaultName } from './authenticator-models.ts';
import type { RelyingPartyContext } from './context.ts';
import { createCreationOptions } from './creation-options.ts';
import type { Caller } from './methods/sessions.ts';
import type { PasskeyNaming } from './passkey-naming.ts';
import { type Refused, refuse } from './refusals.ts';
import { type OptionsGiven, type Registration, verifyAndStore } from './registration.ts';
import { logCreationOptions, logRefusedRegistration } from './registration-log.ts';

export interface PasskeyUpgrade {
  /**
   * Checks whether the browser may create a passkey for the user without a dialog. As for any other method, a user who has a second
   * factor must have used it recently: the password alone is not enough to add a passkey beside it.
   */
  checkUpgrade(caller: Caller): Promise<Refused | undefined>;
  /** Returns options for a conditional create(), with a challenge bound to this session. */
  upgradeOptions(caller: Caller): Promise<OptionsGiven | Refused>;
  /** Verifies what the conditional create() returned (RegistrationResponseJSON), and stores the passkey. */
  upgrade(caller: Caller, response: unknown): Promise<Awaited<ReturnType<PasskeyNaming['namePasskey']>>>;
}

export function createPasskeyUpgrade(
  context: RelyingPartyContext,
  registration: Pick<Registration, 'checkUser' | 'checkMethodChange'>,
  naming: Pick<PasskeyNaming, 'namePasskey'>,
): PasskeyUpgrade {
  const checkUpgrade = async (caller: Caller) => {
    if (!(await context.policy()).passkeyUpgrade) return refuse('upgrade-off');
    if (caller.session.mfa?.method === 'passkey') return refuse('upgrade-off', 'The user has signed in with a passkey');
    return (await registration.checkUser(caller)) ?? (await registration.checkMethodChange(caller));
  };
  return {
    checkUpgrade,

    async upgradeOptions(caller) {
      const refused = await checkUpgrade(caller);
      if (refused) return logRefusedRegistration(context, caller, refused);
      const options = await createCreationOptions(context, caller, 'conditional');
      await logCreationOptions(context, caller, options, { mediation: 'conditional' });
      return { accepted: true, options };
    },

    async upgrade(caller, response) {
      const refused = await checkUpgrade(caller);
      if (refused) return logRefusedRegistration(context, caller, refused);
      const outcome = await verifyAndStore(context, caller, response, { mediation: 'conditional' });
      if (!outcome.accepted) return outcome;
      const { pending } = outcome;
      const passkeys = await context.store.passkeys.byUser(caller.user.id);
      const takenNames = passkeys.map(({ name }) => name);
      return naming.namePasskey(caller, pending.id, defaultName(pending.credential, takenNames));
    },
  };
}
