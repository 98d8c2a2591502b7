/** authenticatorGetNextAssertion (0x08), CTAP 2.1 section 6.3. */
import { CtapError } from '#protocol/errors.ts';
import type { CtapCommand } from './command.ts';

/** Section 6.3 step 3: the remaining assertions expire 30 seconds after the last one. */
const expiresAfterMs = 30_000;

export const getNextAssertion: CtapCommand = {
  execute(_parameters, { channel }, { state: { volatile, persistent }, clock, faultHooks: { rules } }) {
    const assertions = volatile.assertions.of(channel);
    volatile.assertions.end(channel);
    if (!assertions)
      throw new CtapError('CTAP2_ERR_NOT_ALLOWED', 'there was no getAssertion with several credentials before');
    if (rules.expireAssertions && clock.monotonic() - assertions.lastAnsweredAt >= expiresAfterMs)
      throw new CtapError('CTAP2_ERR_NOT_ALLOWED', 'the last assertion is too long ago');
    if (assertions.revision !== persistent.credentials.revision)
      throw new CtapError('CTAP2_ERR_NOT_ALLOWED', 'the stored credentials have changed');
    const [next, ...remaining] = assertions.remaining;
    if (!next) throw new CtapError('CTAP2_ERR_NOT_ALLOWED', 'there are no more credentials');
    const response = assertions.answer(next);
    const { revision } = persistent.credentials;
    volatile.assertions.set(channel, { ...assertions, remaining, revision, lastAnsweredAt: clock.monotonic() });
    return response;
  },
};
