/** The row of a step: its argument and its documentation. Its behaviour is in `steps/`. */
import type { z } from 'zod';

export interface StepEntry<Schema extends z.ZodType = z.ZodType> {
  schema: Schema;
  /** Part of the registration flow, e.g. `5`; `other` for steps that are not part of it. */
  article: string;
  /** One sentence for editors and the step reference. */
  doc: string;
  /** YAML of an entry in a list of steps. */
  example: string;
  /** Parts of the argument that are masked in reports. */
  secrets?(args: z.output<Schema>): readonly (string | undefined)[];
}

/** Defines a row, with the type of its schema. */
export const entry = <Schema extends z.ZodType>(definition: StepEntry<Schema>): StepEntry<Schema> => definition;
