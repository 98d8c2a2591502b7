/**
 * Waits for a gesture: sends keepalives and ends at the authenticator's timeout, on cancellation and on power loss.
 * CTAP 2.1 section 11.2.9.1.7.
 */
import { abortable } from '#base/async.ts';
import { CtapError } from '#protocol/errors.ts';
import type { AuthenticatorEnv } from './env.ts';
import type { GestureOutcome, GestureRequest } from './gestures.ts';
import type { Session } from './session.ts';

/** CTAP 2.3 section 5: at least 10 seconds and less than the platform's timeout. Most keys wait 30 seconds. */
const gestureTimeoutMs = 30_000;
const keepaliveIntervalMs = 100;

/**
 * Waits for the touch of authenticatorReset and authenticatorSelection, CTAP 2.1 sections 6.6 and 6.9. makeCredential and
 * getAssertion have other statuses; see `commands/user-verification.ts`.
 * @throws {CtapError} CTAP2_ERR_OPERATION_DENIED, CTAP2_ERR_USER_ACTION_TIMEOUT, CTAP2_ERR_KEEPALIVE_CANCEL.
 */
export async function requirePresence(
  session: Session,
  env: AuthenticatorEnv,
  kind: 'presence' | 'long-touch' = 'presence',
) {
  const outcome = await awaitGesture({ kind, rpId: undefined }, session, env);
  if (outcome === 'timeout') throw new CtapError('CTAP2_ERR_USER_ACTION_TIMEOUT', 'the user did not touch the device');
  if (outcome !== 'granted') throw new CtapError('CTAP2_ERR_OPERATION_DENIED', 'the user declined');
}

interface GestureParameters extends Pick<GestureRequest, 'kind' | 'rpId'> {
  /** At most the authenticator's own timeout, which is the default. */
  timeoutMs?: number | undefined;
}

/**
 * Waits for one gesture. Reports `upneeded` at once and every 100 ms, and `processing` when the wait ends, so that the host can
 * separate gesture time from machine time.
 * @throws {CtapError} CTAP2_ERR_KEEPALIVE_CANCEL when the host cancels.
 */
export async function awaitGesture(
  { kind, rpId, timeoutMs = gestureTimeoutMs }: GestureParameters,
  session: Session,
  env: AuthenticatorEnv,
): Promise<GestureOutcome> {
  if (session.signal?.aborted) throw cancelled();
  const request = { kind, rpId, timeoutMs: Math.min(timeoutMs, gestureTimeoutMs) };
  const outcome = await requestGesture(request, session, env);
  session.power.throwIfAborted();
  return outcome;
}

/** Reused until a gesture takes time, so that an immediate gesture creates no controller. */
let unusedController = new AbortController();

async function requestGesture(request: GestureRequest, session: Session, env: AuthenticatorEnv) {
  const controller = unusedController;
  session.keepalive('upneeded');
  session.power.throwIfAborted();
  try {
    const response = env.gestures.respond(request, controller.signal);
    if (typeof response === 'string') return response;
    unusedController = new AbortController();
    const timeout = sendKeepalivesUntilTimeout(request.timeoutMs, session, env, controller.signal);
    try {
      return await untilInterrupted(Promise.race([response, timeout]), session);
    } finally {
      controller.abort(new Error('The authenticator no longer waits'));
    }
  } finally {
    session.keepalive('processing');
  }
}

const cancelled = () => new CtapError('CTAP2_ERR_KEEPALIVE_CANCEL', 'the platform cancelled');

/** Settles as `gesture` does, or rejects as soon as the host cancels or the power is lost. */
function untilInterrupted(gesture: Promise<GestureOutcome>, { signal, power }: Session): Promise<GestureOutcome> {
  const cancellable = signal ? abortable(gesture, signal).catch(rethrowAsCancelled(signal)) : gesture;
  return abortable(cancellable, power);
}

const rethrowAsCancelled = (signal: AbortSignal) => (error: unknown) => {
  throw signal.aborted ? cancelled() : error;
};

/** Sends keepalives, and resolves with `timeout` after `timeoutMs` or when `ended` is aborted. */
async function sendKeepalivesUntilTimeout(
  timeoutMs: number,
  session: Session,
  { clock }: AuthenticatorEnv,
  ended: AbortSignal,
): Promise<GestureOutcome> {
  const deadline = clock.monotonic() + timeoutMs;
  try {
    for (let left = timeoutMs; left > 0; left = deadline - clock.monotonic()) {
      await clock.sleep(Math.min(keepaliveIntervalMs, left), ended);
      session.keepalive('upneeded');
    }
  } catch (error) {
    if (!ended.aborted) throw error;
  }
  return 'timeout';
}
