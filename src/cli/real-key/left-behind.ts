/** What a run leaves on real keys, said when it is over. */
import type { RunResult } from '#result/run-result.ts';

/** A line for each passkey that could not be taken away. */
export const credentialsThatStay = ({ cases }: RunResult): string[] =>
  cases.flatMap(({ id, parties, events }) =>
    events
      .filter(({ event }) => event === 'credential.stays')
      .map(
        ({ detail = {} }) =>
          `stays on ${parties.key} (${parties['authenticator.device']}): passkey ${detail.credentialId} for ${detail.rpId}, made by ${id}: ${detail.why}`,
      ),
  );
