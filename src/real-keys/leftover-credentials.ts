/** Reports the credentials that a finished run left on real keys. */
import type { RunResult } from '#result/run-result.ts';

const phrases: Record<string, string> = { 'credential.stays': 'Left on', 'credential.may-stay': 'Possibly left on' };

/** Returns one line for each passkey that could not be deleted. */
export const describeLeftoverCredentials = ({ cases }: RunResult): string[] =>
  cases.flatMap(({ id, parties, events }) =>
    events.flatMap(({ event, detail = {} }) => {
      const phrase = phrases[event];
      if (phrase === undefined) return [];
      const passkey = ['passkey', detail.credentialId, 'for', detail.rpId]
        .filter((part) => part !== undefined)
        .join(' ');
      return `${phrase} ${parties.key} (${parties['authenticator.device']}): ${passkey}, created by ${id}: ${detail.why}`;
    }),
  );
