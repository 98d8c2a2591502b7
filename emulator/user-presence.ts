/** Waiting for a gesture: keepalives, the authenticator's own timeout, cancellation and loss of power. CTAP 2.1 section 6.1.2 step 14 and 11.2.9.1.7. */
import { CtapError } from '#protocol/errors.ts';
import type { AuthenticatorEnv } from './env.ts';
import type { GestureOutcome, GestureRequest } from './gestures.ts';
import type { Session } from './session.ts';

/** CTAP 2.3 section 5: an authenticator waits at least 10 seconds and less than the platform's patience; keys wait about 30. */
const gestureTimeoutMs = 30_000;
const keepaliveEveryMs = 100;

/**
 * Asks the person for evidence of interaction.
 * @throws {CtapError} CTAP2_ERR_OPERATION_DENIED, CTAP2_ERR_USER_ACTION_TIMEOUT, CTAP2_ERR_KEEPALIVE_CANCEL.
 */
export async function requirePresence(
  rpId: string | undefined,
  session: Session,
  env: AuthenticatorEnv,
  kind: 'presence' | 'long-touch' = 'presence',
) {
  const outcome = await awaitGesture({ kind, rpId }, session, env);
  if (outcome === 'timeout') throw new CtapError('CTAP2_ERR_USER_ACTION_TIMEOUT', 'nobody touched the authenticator');
  if (outcome !== 'granted') throw new CtapError('CTAP2_ERR_OPERATION_DENIED', 'the user declined');
}

interface Wanted extends Pick<GestureRequest, 'kind' | 'rpId'> {
  /** At most the authenticator's own patience, which it is when absent. */
  timeoutMs?: number | undefined;
}

/**
 * One gesture. `upneeded` is reported at once and every 100 ms, `processing` when the wait ends, so that the host can tell
 * the person's time from the machine's.
 * @throws {CtapError} CTAP2_ERR_KEEPALIVE_CANCEL when the host cancels.
 */
export async function awaitGesture(
  { kind, rpId, timeoutMs = gestureTimeoutMs }: Wanted,
  session: Session,
  env: AuthenticatorEnv,
): Promise<GestureOutcome> {
  if (session.signal?.aborted) throw cancelled();
  const outcome = await ask({ kind, rpId, timeoutMs: Math.min(timeoutMs, gestureTimeoutMs) }, session, env);
  session.power.throwIfAborted();
  return outcome;
}

/** A controller serves until a gesture takes time: the ones at hand need none of their own. */
let unused = new AbortController();

async function ask(request: GestureRequest, session: Session, env: AuthenticatorEnv) {
  const wait = unused;
  session.keepalive('upneeded');
  session.power.throwIfAborted();
  try {
    const response = env.gestures.respond(request, wait.signal);
    if (typeof response === 'string') return response;
    unused = new AbortController();
    return await first(response, request.timeoutMs, session, env, wait);
  } finally {
    session.keepalive('processing');
  }
}

/** What comes first: the gesture, the authenticator's own timeout, cancellation, or the loss of power. */
async function first(
  gesture: Promise<GestureOutcome>,
  timeoutMs: number,
  session: Session,
  env: AuthenticatorEnv,
  wait: AbortController,
): Promise<GestureOutcome> {
  try {
    return await Promise.race([gesture, pace(timeoutMs, session, env, wait.signal), interrupted(session, wait.signal)]);
  } finally {
    wait.abort(new Error('the authenticator no longer waits'));
  }
}

const cancelled = () => new CtapError('CTAP2_ERR_KEEPALIVE_CANCEL', 'the platform cancelled');

/** Keeps the host informed until the authenticator loses patience. */
async function pace(
  timeoutMs: number,
  session: Session,
  { clock }: AuthenticatorEnv,
  ended: AbortSignal,
): Promise<GestureOutcome> {
  const deadline = clock.monotonic() + timeoutMs;
  try {
    for (let left = timeoutMs; left > 0; left = deadline - clock.monotonic()) {
      await clock.sleep(Math.min(keepaliveEveryMs, left), ended);
      session.keepalive('upneeded');
    }
  } catch (error) {
    if (!ended.aborted) throw error;
  }
  return 'timeout';
}

/** Rejects when the host cancels or the power goes; both listeners leave with the wait. */
function interrupted({ signal, power }: Session, ended: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal?.addEventListener('abort', () => reject(cancelled()), { once: true, signal: ended });
    power.addEventListener('abort', () => reject(power.reason), { once: true, signal: ended });
  });
}
