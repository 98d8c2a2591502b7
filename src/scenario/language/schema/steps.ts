/** An entry in a list of steps: the keyword alone, or a map with the keyword, its argument, and optionally `label` and `timeout`. */
import { z } from 'zod';
import { bareKeywords, type Keyword, keywords, stepArguments } from '../step-arguments.ts';
import { duration } from './units.ts';

type ArgumentShape = { [K in Keyword]: z.ZodOptional<(typeof stepArguments)[K]['schema']> };

const argumentShape = Object.fromEntries(
  keywords.map((keyword) => {
    const { schema, doc, example } = stepArguments[keyword];
    return [keyword, (schema as z.ZodType).optional().describe(`${doc}\n\nExample: ${example}`)];
  }),
) as ArgumentShape;

const isKeyword = (key: string): key is Keyword => Object.hasOwn(stepArguments, key);
/** Returns the keywords of an entry; a valid entry has exactly one. */
export const keywordsOf = (entry: object): Keyword[] => Object.keys(entry).filter(isKeyword);

const stepWithArgument = z
  .strictObject({
    ...argumentShape,
    label: z.string().min(1).optional().describe('Name of the step in reports'),
    timeout: duration.optional().describe('Time limit of this step'),
  })
  .refine((entry) => keywordsOf(entry).length === 1, {
    error: ({ input }) => `Expected one keyword with its argument, got ${describeKeywords(input as object)}`,
    when: ({ issues }) => issues.length === 0, // a misspelt keyword has been reported already
  });

function describeKeywords(entry: object): string {
  const found = keywordsOf(entry);
  return found.length === 0 ? 'none' : `${found.length}: ${found.join(', ')}`;
}

const bareStep = z.enum(bareKeywords, {
  error: ({ input }) => {
    const needsArgument = typeof input === 'string' && isKeyword(input);
    return needsArgument ? `Step "${input}" needs an argument, e.g. ${stepArguments[input].example}` : undefined;
  },
});

export const steps = z.array(z.union([bareStep, stepWithArgument])).meta({ id: 'steps' });
