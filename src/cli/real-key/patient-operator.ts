/** Asks nobody: waits until what a case needs is done, for keys that touch themselves and programs that see to their plug. */
import { systemClock } from '#protocol/seams.ts';
import { NobodyActed, type Operator } from '#scenario/operator.ts';

export const patientOperator: Operator = {
  async perform(request, done, signal) {
    const over = new AbortController();
    const either = AbortSignal.any([signal, over.signal]);
    const late = systemClock.sleep(request.patienceMs, either).then(() => {
      throw new NobodyActed(request);
    });
    try {
      await Promise.race([done, late]);
    } finally {
      over.abort();
    }
  },
};
