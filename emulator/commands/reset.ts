/** authenticatorReset (0x07), CTAP 2.1 section 6.6: back to the factory state, right after power-up and with a touch. */
import { CtapError } from '#protocol/errors.ts';
import { freshPersistentState, freshVolatileState } from '../state.ts';
import { requirePresence } from '../user-presence.ts';
import type { CtapCommand } from './command.ts';

const allowedAfterPowerUpMs = 10_000;

export const reset: CtapCommand = {
  async execute(_parameters, session, env) {
    const {
      state,
      clock,
      persona,
      misbehaviour: { rules },
    } = env;
    const removable = !persona.options.plat;
    if (removable && rules.resetNeedsPowerUp && clock.monotonic() - state.volatile.poweredUpAt > allowedAfterPowerUpMs)
      throw new CtapError('CTAP2_ERR_NOT_ALLOWED', 'more than 10 seconds after power-up');
    if (rules.resetNeedsTouch)
      await requirePresence(undefined, session, env, state.persistent.longTouchForReset ? 'long-touch' : 'presence');
    if (!rules.resetForgets) return undefined;
    const uvEnrolled = state.persistent.uvEnrolled && persona.builtInUv?.survivesReset === true;
    state.persistent = freshPersistentState({ ...state.factory, uvEnrolled });
    state.volatile = freshVolatileState(clock, state.volatile);
    return undefined;
  },
};
