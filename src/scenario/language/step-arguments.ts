/** The table of steps: keyword, argument, documentation. A step is a row here, a file in `steps/` and a line in `steps/registry.ts`. */
import type { z } from 'zod';
import type { StepEntry } from './step-arguments/entry.ts';
import { portalSteps } from './step-arguments/portal.ts';
import { securityKeySteps } from './step-arguments/security-key.ts';

export const stepArguments = { ...portalSteps, ...securityKeySteps } as const satisfies Record<
  string,
  StepEntry<z.ZodType>
>;

export type Keyword = keyof typeof stepArguments;
/** The argument of a step after validation, with durations in milliseconds. */
export type StepArgument<K extends Keyword> = z.output<(typeof stepArguments)[K]['schema']>;

export const keywords = Object.keys(stepArguments) as [Keyword, ...Keyword[]];

/** Steps that may be written without an argument. */
export const bareKeywords = keywords.filter(
  (keyword) => stepArguments[keyword].schema.safeParse(undefined).success,
) as [Keyword, ...Keyword[]];
