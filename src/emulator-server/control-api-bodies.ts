/** What the hooks take: JSON bodies, each with a sentence for what is wrong with it. */
import { z } from 'zod';
import type { Handling } from '#scenario/parties/operator.ts';
import { badSamples } from './gesture-controller.ts';
import { parseTouch, wantedTouch } from './touch-policy.ts';

export const touchBody = z.strictObject({
  touch: z.string({ error: wantedTouch }).transform((text, context) => {
    const habit = parseTouch(text);
    if (habit) return habit;
    context.addIssue({ code: 'custom', message: wantedTouch });
    return z.NEVER;
  }),
});

const powers = ['on', 'off', 'cycle'] as const;

export const powerBody = z.strictObject({ power: z.enum(powers, { error: 'on, off or cycle is wanted' }) });

const handlings = ['touch', 'keep-away', 'unplug', 'plug-in', 'power-cycle'] as const satisfies Handling[];

/** As `touchstone run --operator-url` sends it; which key is meant says the path. */
export const handlingBody = z.strictObject({
  handling: z.enum(handlings, { error: `one of ${handlings.join(', ')} is wanted` }),
  key: z.strictObject({ label: z.string(), address: z.string(), serial: z.string().optional() }).optional(),
  patienceMs: z.int().nonnegative().optional(),
});

const templateId = z
  .string()
  .regex(/^(?:[0-9a-f]{2})+$/, { error: 'a template id is lower-case hex, as the state shows it' });

const statuses = ['good', ...badSamples] as const;

export const gestureBody = z.discriminatedUnion(
  'gesture',
  [
    z.strictObject({ gesture: z.literal('touch') }),
    z.strictObject({ gesture: z.literal('deny') }),
    z
      .strictObject({
        gesture: z.literal('finger'),
        matches: z.boolean().optional(),
        templateId: templateId.optional(),
      })
      .refine(({ matches, templateId: id }) => (matches === undefined) !== (id === undefined), {
        error: 'a finger has either matches (true or false) or the templateId of an enrolled one',
      }),
    z.strictObject({
      gesture: z.literal('sample'),
      status: z.enum(statuses, { error: `one of ${statuses.join(', ')} is wanted` }),
    }),
  ],
  { error: 'touch, deny, finger or sample is wanted' },
);
export type GestureBody = z.output<typeof gestureBody>;

/** The first thing that is wrong, and where. */
export function sentenceOf({ issues: [issue] }: z.ZodError): string {
  const where = issue?.path.join('.');
  const what = issue?.code === 'unrecognized_keys' ? `${issue.keys.join(', ')} is not known here` : issue?.message;
  return where ? `${where}: ${what}` : `${what}`;
}
