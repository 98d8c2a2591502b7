/**
 * Ours against nid-webauthn-emulator, in a process of its own with a time limit: it exports JSON Web Keys, which can
 * deadlock on Node below 22 when a garbage collection falls into the export.
 */
import { fork } from 'node:child_process';

export interface Comparison {
  perSecond: number;
  theirsPerSecond: number;
  /** Median over the rounds of how many times faster ours is. */
  faster: number;
}

/** All with ES256. Theirs attests with `none` only. */
export interface NidFigures {
  makeNone: Comparison;
  /** Ours signs a packed statement, theirs none. */
  makePacked: Comparison;
  get: Comparison;
}

/** Undefined when the contest did not end within the limit; its process is gone then. */
export function benchNid(limitMs = 120_000): Promise<NidFigures | undefined> {
  const child = fork(new URL('./nid-contest.ts', import.meta.url), { timeout: limitMs, killSignal: 'SIGKILL' });
  return new Promise((resolve, reject) => {
    let figures: NidFigures | undefined;
    child.on('message', (message) => {
      figures = message as NidFigures;
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      if (figures || signal === 'SIGKILL') resolve(figures);
      else reject(new Error(`the contest with nid-webauthn-emulator ended with ${signal ?? code}`));
    });
  });
}
