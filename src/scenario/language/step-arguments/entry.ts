/** What the language knows of a step: its argument, where the article has it, how it reads. Behaviour is in `steps/`. */
import type { z } from 'zod';

export interface StepEntry<Schema extends z.ZodType = z.ZodType> {
  schema: Schema;
  /** Step of the registration article, e.g. `5.3`; `beside` for what the article does not have. */
  article: string;
  /** One sentence for editors and the step reference. */
  doc: string;
  /** YAML as it stands in a list of steps. */
  example: string;
  /** The parts of the argument that must be masked wherever they appear. */
  secrets?(args: z.output<Schema>): readonly (string | undefined)[];
}

/** Checks an entry and keeps the type of its schema. */
export const entry = <Schema extends z.ZodType>(definition: StepEntry<Schema>): StepEntry<Schema> => definition;
