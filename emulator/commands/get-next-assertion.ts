/** authenticatorGetNextAssertion (0x08), CTAP 2.1 section 6.3. */
import { CtapError } from '#protocol/errors.ts';
import type { CtapCommand } from './command.ts';

/** Section 6.3 step 3: what was remembered is forgotten 30 seconds after the last assertion. */
const rememberedForMs = 30_000;

export const getNextAssertion: CtapCommand = {
  execute(_parameters, _session, { state: { volatile }, clock, misbehaviour: { rules } }) {
    const { assertions } = volatile;
    if (!assertions)
      throw new CtapError('CTAP2_ERR_NOT_ALLOWED', 'no getAssertion with several credentials came before');
    volatile.assertions = undefined;
    if (rules.assertionsAreForgotten && clock.monotonic() - assertions.lastAt >= rememberedForMs)
      throw new CtapError('CTAP2_ERR_NOT_ALLOWED', 'the last assertion is too long ago');
    const [next, ...rest] = assertions.rest;
    if (!next) throw new CtapError('CTAP2_ERR_NOT_ALLOWED', 'there are no more credentials');
    const response = assertions.answer(next);
    volatile.assertions = { ...assertions, rest, lastAt: clock.monotonic() };
    return response;
  },
};
