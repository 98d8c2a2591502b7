/** The details of a user that the user may change. */
import type { RelyingPartyContext } from './context.ts';
import type { Caller } from './methods/sessions.ts';
import { parsePasskeyName } from './passkey-naming.ts';
import { type Refused, refuse } from './refusals.ts';

export interface UserDetails {
  /** Changes the name that browsers show for the account of the user's passkeys. Names of passkeys and users have the same rules. */
  changeDisplayName(caller: Caller, name: string): Promise<{ accepted: true } | Refused>;
}

export const createUserDetails = ({ store, events }: RelyingPartyContext): UserDetails => ({
  async changeDisplayName({ user }, text) {
    const name = parsePasskeyName(text);
    if (name === undefined) return refuse('name-invalid');
    await store.transaction(async () => {
      await store.users.setDisplayName(user.id, name);
      await events.emit('user.renamed', user.name, { from: user.displayName, to: name });
    });
    return { accepted: true };
  },
});
