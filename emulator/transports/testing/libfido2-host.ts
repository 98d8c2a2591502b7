/** Builds the host program that uses libfido2 (Debian: libfido2-dev). */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const source = new URL('libfido2_client.c', import.meta.url).pathname;

/** Builds the program at `path`. Returns the reason if that is not possible on this machine. */
export function buildLibfido2Host(path: string): string | undefined {
  if (!existsSync('/usr/include/fido.h')) return 'libfido2 is not installed (apt-get install libfido2-dev)';
  try {
    execFileSync('cc', ['-Wall', '-Wextra', '-Werror', '-o', path, source, '-lfido2'], { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    const { code, stderr } = error as { code?: string; stderr?: Buffer };
    if (code === 'ENOENT') return 'a C compiler is missing (apt-get install gcc libc6-dev)';
    throw new Error(`Cannot compile the host program: ${stderr}`, { cause: error });
  }
}
