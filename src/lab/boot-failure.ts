/** Why a kernel did not come up, as a sentence. */
import { UnavailableError } from '#base/errors.ts';

/** What the kernel prints, and what it means for whoever reads it. */
const known: readonly [pattern: RegExp, sentence: string][] = [
  [
    /ptrace.*(not permitted|denied)|PTRACE_\w+ failed|check_ptrace/i,
    'this machine does not let it use ptrace: allow it (in a container: the capability SYS_PTRACE and a seccomp profile that lets ptrace through)',
  ],
  [
    /PROT_EXEC mmap.*\n?.*(not permitted|failed)/i,
    'its memory folder is mounted noexec: name another one, mounted without it, in TMPDIR',
  ],
  [
    /No space left on device|Bus error|SIGBUS/i,
    'its memory folder is full: free space in /dev/shm or name a larger folder in TMPDIR',
  ],
  [/Kernel panic - not syncing: (.*)/, 'it ended with a kernel panic'],
];

const lastLines = 12;

/** @param wasUp the job had started already */
export function bootFailure(messages: string, wasUp: boolean): UnavailableError {
  const why = known.find(([pattern]) => pattern.test(messages))?.[1] ?? 'it ended and did not say why';
  const words = messages.trim().split(/\r?\n/).slice(-lastLines).join('\n  ');
  const what = wasUp ? 'the guest of the kernel lab died' : 'the kernel of the lab does not come up';
  return new UnavailableError(`${what}: ${why}.${words === '' ? '' : ` Its last words:\n  ${words}`}`);
}
