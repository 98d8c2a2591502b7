/**
 * Compares our emulator with nid-webauthn-emulator, in a child process with a time limit: that emulator exports JSON Web Keys,
 * which can deadlock below Node 22 if garbage is collected during the export.
 */
import { fork } from 'node:child_process';
import type { Spread } from './row.ts';

export interface Comparison {
  perSecond: number;
  theirsPerSecond: number;
  /** Our time as a multiple of theirs. */
  ratio: Spread;
}

/** All with ES256. nid-webauthn-emulator supports only attestation `none`. */
export interface NidFigures {
  makeNone: Comparison;
  /** Ours signs a packed attestation statement, theirs has none. */
  makePacked: Comparison;
  get: Comparison;
}

/** Returns undefined if the comparison did not end within the time limit. Its process is then killed. */
export function benchNid(timeoutMs = 120_000): Promise<NidFigures | undefined> {
  const child = fork(new URL('./nid-comparison.ts', import.meta.url), {
    execArgv: ['--import', 'tsx'],
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  });
  return new Promise((resolve, reject) => {
    let figures: NidFigures | undefined;
    child.on('message', (message) => {
      figures = message as NidFigures;
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      if (figures || signal === 'SIGKILL') resolve(figures);
      else reject(new Error(`The comparison with nid-webauthn-emulator exited with ${signal ?? code}`));
    });
  });
}
