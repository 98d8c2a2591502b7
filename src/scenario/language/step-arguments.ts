/** The table of steps: keyword, argument, documentation. A step is a row here, a behaviour in `steps/` and its line in `steps/registry.ts`. */
import type { z } from 'zod';
import type { StepEntry } from './step-arguments/entry.ts';
import { portalSteps } from './step-arguments/portal.ts';
import { securityKeySteps } from './step-arguments/security-key.ts';

export const stepArguments = { ...portalSteps, ...securityKeySteps } as const satisfies Record<
  string,
  StepEntry<z.ZodType>
>;

export type Keyword = keyof typeof stepArguments;
/** What a step's `run` gets: the argument after validation, durations in milliseconds. */
export type StepArgument<K extends Keyword> = z.output<(typeof stepArguments)[K]['schema']>;

export const keywords = Object.keys(stepArguments) as [Keyword, ...Keyword[]];

/** Steps that may be written as the bare keyword. */
export const bareKeywords = keywords.filter(
  (keyword) => stepArguments[keyword].schema.safeParse(undefined).success,
) as [Keyword, ...Keyword[]];
