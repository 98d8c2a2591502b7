/** Captures one sample of an enrollment and reports its quality to the platform. CTAP 2.1 section 6.7.4. */
import { CtapError } from '#protocol/errors.ts';
import { enrollSampleStatus } from '#protocol/management.ts';
import type { AuthenticatorEnv } from '../env.ts';
import type { GestureOutcome } from '../gestures.ts';
import type { Session } from '../session.ts';
import type { Enrollment } from '../state.ts';
import { awaitGesture } from '../user-presence.ts';

/** The sample status of a gesture. A fingerprint that is not enrolled yet (`no-match`) is a good sample. */
const statusOf: Partial<Record<GestureOutcome, number>> = {
  ...enrollSampleStatus,
  granted: enrollSampleStatus.good,
  'no-match': enrollSampleStatus.good,
  timeout: enrollSampleStatus['no-user-activity'],
};

/**
 * Waits for a finger. The template is stored after the last good sample.
 * @throws {CtapError} CTAP2_ERR_OPERATION_DENIED if the user declines, CTAP2_ERR_KEEPALIVE_CANCEL.
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
  const { enrollment: sequence } = env.state.volatile;
  if (remainingSamples > 0 && env.faultHooks.rules.enrollAfterLastSample) sequence.set(session.channel, enrollment);
  else {
    sequence.end(session.channel);
    storeTemplate(enrollment, env);
  }
  return { lastEnrollSampleStatus: status, remainingSamples };
}

function storeTemplate({ templateId }: Enrollment, { persona, state: { persistent } }: AuthenticatorEnv): void {
  if (persistent.fingerprints.length === 0) persistent.uvRetries = persona.builtInUv?.maxUvRetries ?? 0;
  persistent.fingerprints = [...persistent.fingerprints, { id: templateId }];
  persistent.uvEnrolled = true;
}
