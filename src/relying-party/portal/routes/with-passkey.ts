/** Finds the passkey that a path names. */
import type { Handler } from 'hono';
import { refuse } from '../../refusals.ts';
import type { Passkey } from '../../store/store.ts';
import { refuseRequest, requireCaller } from '../http.ts';
import type { PortalContext, PortalEnv, PortalServices } from '../portal-env.ts';

type PasskeyHandler = (c: PortalContext, passkey: Passkey) => Response | Promise<Response>;

/** Calls `handle` with the user's passkey whose id is in the path; refuses the request if there is none. */
export const withPasskey =
  ({ context, relyingParty }: PortalServices, handle: PasskeyHandler): Handler<PortalEnv> =>
  async (c) => {
    const passkeys = await relyingParty.listPasskeys(requireCaller(c));
    const passkey = passkeys.find(({ id }) => id === c.req.param('id'));
    return passkey
      ? handle(c, passkey)
      : refuseRequest(c, context, refuse('not-found'), 'We couldn’t find that passkey');
  };
