/** What a run leaves on real keys, said when it is over. */
import type { RunResult } from '#result/run-result.ts';

const kinds: Record<string, string> = { 'credential.stays': 'stays', 'credential.may-stay': 'may stay' };

/** A line for each passkey that could not be taken away. */
export const credentialsThatStay = ({ cases }: RunResult): string[] =>
  cases.flatMap(({ id, parties, events }) =>
    events
      .filter(({ event }) => event in kinds)
      .map(
        ({ event, detail = {} }) =>
          `${kinds[event]} on ${parties.key} (${parties['authenticator.device']}): passkey ${[detail.credentialId ?? [], 'for', detail.rpId].flat().join(' ')}, made by ${id}: ${detail.why}`,
      ),
  );
