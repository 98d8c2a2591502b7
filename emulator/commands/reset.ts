/** authenticatorReset (0x07), CTAP 2.1 section 6.6: restores the factory state; allowed shortly after power-up and with a touch. */
import { CtapError } from '#protocol/errors.ts';
import { createPersistentState, createVolatileState } from '../initial-state.ts';
import { requirePresence } from '../user-presence.ts';
import type { CtapCommand } from './command.ts';

const allowedAfterPowerUpMs = 10_000;

export const reset: CtapCommand = {
  async execute(_parameters, session, env) {
    const { state, clock, persona } = env;
    const { rules } = env.faultHooks;
    const isRemovable = !persona.options.plat;
    const isTooLate = clock.monotonic() - state.volatile.poweredUpAt > allowedAfterPowerUpMs;
    if (isRemovable && isTooLate && rules.enforceResetAfterPowerUp)
      throw new CtapError('CTAP2_ERR_NOT_ALLOWED', 'more than 10 seconds after power-up');
    if (rules.enforceTouchForReset)
      await requirePresence(session, env, state.persistent.longTouchForReset ? 'long-touch' : 'presence');
    if (!rules.eraseOnReset) return undefined;
    const uvEnrolled = state.persistent.uvEnrolled && persona.builtInUv?.survivesReset === true;
    state.persistent = createPersistentState({ ...state.factory, uvEnrolled });
    state.volatile = createVolatileState(clock, state.volatile);
    return undefined;
  },
};
