/** The behaviour of a step. Its argument is validated and has the type from `language/step-arguments.ts`. */
import type { Keyword, StepArgument } from '../language/step-arguments.ts';
import type { StepContext } from './step-context.ts';

export interface ScenarioStep<K extends Keyword> {
  keyword: K;
  /** Rejects with the signal's reason when aborted; any other rejection fails the step. */
  run(args: StepArgument<K>, context: StepContext, signal: AbortSignal): Promise<void>;
}

/** Every keyword with its behaviour; a missing keyword is a compile error. */
export type StepRegistry = { readonly [K in Keyword]: ScenarioStep<K> };

/** Defines the behaviour of a step. */
export const step = <K extends Keyword>(definition: ScenarioStep<K>): ScenarioStep<K> => definition;
