/** The facts of a run as a whole (id, time, command, versions), the same for every kind of run. */
import { existsSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';
import type { RunResult } from '#result/run-result.ts';

/** Everything about the run but the browsers, which its cases name. */
export type RunFacts = Omit<RunResult['run'], 'browser'>;

export interface RunStart {
  id: string;
  /** Absolute path of the run's folder. */
  folder: string;
  /** Milliseconds since the Unix epoch. */
  startedAt: number;
  durationMs: number;
  /** Command line after `touchstone`. */
  command: string;
  seed?: string | undefined;
  release?: string | undefined;
  shard?: RunResult['run']['shard'];
}

export const collectRunFacts = ({
  id,
  folder,
  startedAt,
  durationMs,
  command,
  seed,
  release,
  shard,
}: RunStart): RunFacts => ({
  id,
  startedAt: new Date(startedAt).toISOString(),
  durationMs,
  command,
  ...(seed !== undefined && { seed }),
  ...(release !== undefined && { release }),
  ...(shard !== undefined && { shard }),
  ...pipelineIn(process.env),
  touchstone: readOwnVersion(),
  node: process.version,
  platform: `${process.platform} ${process.arch}`,
  machine: describeMachine(),
  folder: relative(process.cwd(), folder).replaceAll(sep, '/'),
  ...repositoryFolderOf(process.cwd()),
});

/** Variables of CI systems with the name of a pipeline run. All of its jobs have the same value, also when they are repeated. */
const pipelineVariables = [
  'GITHUB_RUN_ID',
  'CI_PIPELINE_ID', // GitLab
  'BUILD_BUILDID', // Azure Pipelines
  'CIRCLE_WORKFLOW_ID',
  'BUILDKITE_BUILD_ID',
] as const;

/** Returns the run of the pipeline that this process is part of, so that shards of different ones are not merged. */
export function pipelineIn(env: Readonly<NodeJS.ProcessEnv>): { pipeline?: string } {
  const name = pipelineVariables.find((variable) => env[variable]);
  return name ? { pipeline: `${name} ${env[name]}` } : {};
}

/** Returns the path of the project in its git repository, unless it is the repository itself or in none. */
export function repositoryFolderOf(project: string): { repositoryFolder?: string } {
  let repository = project;
  while (!existsSync(join(repository, '.git'))) {
    if (dirname(repository) === repository) return {};
    repository = dirname(repository);
  }
  const path = relative(repository, project).replaceAll(sep, '/');
  return path === '' ? {} : { repositoryFolder: path };
}

/** Returns what times depend on, and nothing that identifies the machine: system, processor and number of cores. */
function describeMachine(): string {
  const processors = cpus();
  const model = processors[0]?.model.replace(/\s+/g, ' ').trim() || 'unknown processor';
  return `${process.platform} ${process.arch}, ${processors.length} x ${model}`;
}

/** Variable of the environment with the working directory of the command. */
export const userFolderVariable = 'TOUCHSTONE_USER_FOLDER';

/**
 * Returns `path` relative to the folder of the user if it is inside this folder, otherwise unchanged. The working directory of this
 * process can be another one: the project root.
 */
export function shortenPath(path: string): string {
  const relativePath = relative(process.env[userFolderVariable] ?? process.cwd(), path);
  return relativePath.startsWith('..') ? path : relativePath;
}

function readOwnVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return version;
}
