/** The registered passkeys of a user: listing, renaming and deleting them. */
import type { RelyingPartyContext } from './context.ts';
import type { Caller } from './methods/sessions.ts';
import { parsePasskeyName } from './passkey-naming.ts';
import { type Refused, refuse } from './refusals.ts';
import type { Passkey } from './store/store.ts';

export interface PasskeyList {
  /** Returns the user's passkeys, oldest first. */
  listPasskeys(caller: Caller): Promise<Passkey[]>;
  renamePasskey(caller: Caller, id: string, name: string): Promise<{ accepted: true } | Refused>;
  deletePasskey(caller: Caller, id: string): Promise<{ accepted: true } | Refused>;
}

export function createPasskeyList({ store, events }: RelyingPartyContext): PasskeyList {
  const findOwnPasskey = async ({ user }: Caller, id: string) => {
    const passkey = await store.passkeys.byId(id);
    return passkey?.userId === user.id ? passkey : undefined;
  };
  return {
    listPasskeys: ({ user }) => store.passkeys.byUser(user.id),

    async renamePasskey(caller, id, text) {
      const passkey = await findOwnPasskey(caller, id);
      if (!passkey) return refuse('not-found');
      const name = parsePasskeyName(text);
      if (name === undefined) return refuse('name-invalid');
      await store.transaction(async () => {
        await store.passkeys.rename(id, name);
        await events.emit('passkey.renamed', caller.user.name, { from: passkey.name, to: name });
      });
      return { accepted: true };
    },

    async deletePasskey(caller, id) {
      const passkey = await findOwnPasskey(caller, id);
      if (!passkey) return refuse('not-found');
      await store.transaction(async () => {
        await store.passkeys.delete(id);
        await events.emit('passkey.deleted', caller.user.name, { name: passkey.name, aaguid: passkey.aaguid });
      });
      return { accepted: true };
    },
  };
}
