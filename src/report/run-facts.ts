/** What a report says of the run as a whole, the same whoever ran it. */
import { readFileSync } from 'node:fs';
import { relative, sep } from 'node:path';
import type { RunResult } from '#result/run-result.ts';

export interface RunStart {
  id: string;
  /** Absolute path of the run's folder. */
  folder: string;
  /** Milliseconds since the Unix epoch. */
  startedAt: number;
  durationMs: number;
  command: string;
  seed?: string | undefined;
}

export const runFacts = ({
  id,
  folder,
  startedAt,
  durationMs,
  command,
  seed,
}: RunStart): Omit<RunResult['run'], 'browser'> => ({
  id,
  startedAt: new Date(startedAt).toISOString(),
  durationMs,
  command,
  ...(seed !== undefined && { seed }),
  touchstone: ownVersion(),
  node: process.version,
  platform: `${process.platform} ${process.arch}`,
  folder: relative(process.cwd(), folder).replaceAll(sep, '/'),
});

/** Relative to the working directory where that is inside it. */
export function shortest(path: string): string {
  const near = relative(process.cwd(), path);
  return near.startsWith('..') ? path : near;
}

function ownVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return version;
}
