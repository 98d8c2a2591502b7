/** authenticatorSelection (0x0b), CTAP 2.1 section 6.9: the user selects this authenticator by touching it. */
import { requirePresence } from '../user-presence.ts';
import type { CtapCommand } from './command.ts';

export const selection: CtapCommand = {
  async execute(_parameters, session, env) {
    await requirePresence(session, env);
    return undefined;
  },
};
