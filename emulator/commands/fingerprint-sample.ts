/** One sample of a finger being enrolled, CTAP 2.1 section 6.7.4: what the person did, as feedback for the platform. */
import { CtapError } from '#protocol/errors.ts';
import { enrollSampleStatus } from '#protocol/management.ts';
import type { AuthenticatorEnv } from '../env.ts';
import type { GestureOutcome } from '../gestures.ts';
import type { Session } from '../session.ts';
import type { VolatileState } from '../state.ts';
import { awaitGesture } from '../user-presence.ts';

type Enrollment = NonNullable<VolatileState['enrollment']>;

/** A finger that is not enrolled is what an enrollment wants; nobody there is feedback too. */
const statusOf: Partial<Record<GestureOutcome, number>> = {
  ...enrollSampleStatus,
  granted: enrollSampleStatus.good,
  'no-match': enrollSampleStatus.good,
  timeout: enrollSampleStatus['no-user-activity'],
};

/**
 * Waits for a finger. A good sample counts; with the last one the template is stored.
 * @throws {CtapError} CTAP2_ERR_OPERATION_DENIED when the person declines, CTAP2_ERR_KEEPALIVE_CANCEL.
 */
export async function captureSample(
  enrollment: Enrollment,
  timeoutMs: number | undefined,
  session: Session,
  env: AuthenticatorEnv,
) {
  const outcome = await awaitGesture({ kind: 'enrollment', timeoutMs }, session, env);
  const status = statusOf[outcome];
  if (status === undefined) throw new CtapError('CTAP2_ERR_OPERATION_DENIED', 'the user declined');
  if (status === enrollSampleStatus.good) enrollment.remainingSamples -= 1;
  const { remainingSamples } = enrollment;
  if (remainingSamples === 0) store(enrollment, env);
  else env.state.volatile.enrollment = enrollment;
  return { lastEnrollSampleStatus: status, remainingSamples };
}

function store({ templateId }: Enrollment, { persona, state: { persistent, volatile } }: AuthenticatorEnv): void {
  volatile.enrollment = undefined;
  if (persistent.fingerprints.length === 0) persistent.uvRetries = persona.builtInUv?.maxUvRetries ?? 0;
  persistent.fingerprints = [...persistent.fingerprints, { id: templateId }];
  persistent.uvEnrolled = true;
}
