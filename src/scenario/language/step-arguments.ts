/** The table of steps: keyword, argument, documentation. A step is a row here, a file in `steps/` and a line in `steps/registry.ts`. */
import type { z } from 'zod';
import type { StepEntry } from './step-arguments/entry.ts';
import { pageSteps } from './step-arguments/page.ts';
import { portalSteps } from './step-arguments/portal.ts';
import { securityKeySteps } from './step-arguments/security-key.ts';

export const stepArguments = { ...portalSteps, ...pageSteps, ...securityKeySteps } as const satisfies Record<
  string,
  StepEntry<z.ZodType>
>;

export type Keyword = keyof typeof stepArguments;
/** The argument of a step after validation, with durations in milliseconds. */
export type StepArgument<K extends Keyword> = z.output<(typeof stepArguments)[K]['schema']>;
