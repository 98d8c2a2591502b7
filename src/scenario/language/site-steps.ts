/** The steps of a site file: the page steps, and those that depend on what the page shows. */
import { z } from 'zod';
import { locator, locatorWith } from './schema/locator.ts';
import { stepList } from './schema/step-list.ts';
import { entry } from './step-arguments/entry.ts';
import { pageSteps, pathPattern } from './step-arguments/page.ts';

/** An entry of a list of steps: a keyword alone, or a map with the keyword and its argument. */
export type SiteStep = string | Readonly<Record<string, unknown>>;

const nestedSteps: z.ZodType<SiteStep[]> = z.lazy(() => siteSteps);

const condition = {
  visible: z
    .union([z.string().min(1), locator])
    .optional()
    .describe('Text or element that the page shows'),
  at: pathPattern.optional().describe('Path of the page'),
};

const hasCondition = (value: object): boolean => 'visible' in value || 'at' in value;

const alternative = z
  .strictObject({ ...condition, do: nestedSteps.optional().describe('Steps in this case') })
  .refine(hasCondition, { error: 'Expected a condition: visible or at' });

const when = z
  .strictObject({
    ...condition,
    do: nestedSteps.optional().describe('Steps if the condition is true'),
    else: nestedSteps.optional().describe('Steps if it is not'),
  })
  .refine(hasCondition, { error: 'Expected a condition: visible or at' })
  .refine((value) => 'do' in value || 'else' in value, { error: 'Expected steps: do or else' });

const stepName = z.string({ error: 'Expected the name of a word or a sequence' }).min(1);

export const siteStepTable = {
  ...pageSteps,
  when: entry({
    schema: when,
    article: 'site',
    doc: 'Looks once whether the page shows something, or is at a path, and does steps accordingly.',
    example: 'when: { at: /sign-in, do: [{ run: sign-in }] }',
  }),
  'first-of': entry({
    schema: z.array(alternative).nonempty(),
    article: 'site',
    doc: 'Waits until one of several conditions is true, and does the steps of the first one that is.',
    example: 'first-of: [{ visible: Passkey added }, { visible: Something went wrong }]',
  }),
  run: entry({
    schema: stepName,
    article: 'site',
    doc: 'Does the steps of a word of the flow, or of a sequence of this file.',
    example: 'run: sign-in',
  }),
  read: entry({
    schema: locatorWith({
      into: z
        .string({ error: 'Expected a name for the value' })
        .regex(/^[a-z][a-z0-9-]*$/, { error: 'Expected lower-case words joined by dashes, e.g. totp-secret' })
        .describe('Name of the value, for ${read.NAME}; totp-secret: the key of the authenticator app of the user'),
    }),
    article: 'site',
    doc: 'Reads the text of an element, also of a hidden one.',
    example: 'read: { test-id: totp-secret, into: totp-secret }',
  }),
} as const;

export const siteSteps: z.ZodType<SiteStep[]> = stepList(siteStepTable).meta({ id: 'steps' });
