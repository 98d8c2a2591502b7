/** Explains why the lab's kernel did not boot, or ended before its job did. */
import { UnavailableError } from '#base/errors.ts';

/** Patterns of the kernel's messages, and what they mean for the user. */
const knownCauses: readonly [pattern: RegExp, explanation: string][] = [
  [
    /ptrace.*(not permitted|denied)|PTRACE_\w+ failed|check_ptrace/i,
    'this machine does not permit ptrace; in a container, add the capability SYS_PTRACE and a seccomp profile that permits ptrace',
  ],
  [
    /PROT_EXEC mmap.*\n?.*(not permitted|failed)/i,
    'its memory folder is mounted with noexec; set TMPDIR to a folder that is not',
  ],
  [
    /No space left on device|Bus error|SIGBUS/i,
    'its memory folder is full; free space in /dev/shm, or set TMPDIR to a larger folder',
  ],
  [/Kernel panic - not syncing: (.*)/, 'kernel panic'],
];

const maxLines = 12;

/**
 * Returns the error for a kernel that ended too early.
 * @param messages the kernel's messages; the error has the last lines
 * @param jobStarted whether the job had started
 */
export function createBootError(messages: string, jobStarted: boolean): UnavailableError {
  const cause = knownCauses.find(([pattern]) => pattern.test(messages))?.[1] ?? 'it ended without an explanation';
  const lastLines = messages.trim().split(/\r?\n/).slice(-maxLines).join('\n  ');
  const what = jobStarted ? 'The guest of the kernel lab ended before its job' : 'The kernel of the lab did not boot';
  return new UnavailableError(`${what}: ${cause}.${lastLines === '' ? '' : ` Its last messages:\n  ${lastLines}`}`);
}
