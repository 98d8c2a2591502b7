/** Request bodies of the control API: their schemas, with an error message for each field. */
import { z } from 'zod';
import type { ManualAction } from '#scenario/parties/operator.ts';
import { failedSamples } from './gesture-controller.ts';
import { expectedTouchPolicy, parseTouchPolicy } from './touch-policy.ts';

export const touchBody = z.strictObject({
  touch: z.string({ error: expectedTouchPolicy }).transform((text, context) => {
    const policy = parseTouchPolicy(text);
    if (policy) return policy;
    context.addIssue({ code: 'custom', message: expectedTouchPolicy });
    return z.NEVER;
  }),
});

export const powerBody = z.strictObject({
  power: z.enum(['on', 'off', 'cycle'], { error: 'Expected on, off or cycle' }),
});

const actions = ['touch', 'keep-away', 'unplug', 'plug-in', 'power-cycle'] as const satisfies ManualAction[];

/** The request of `touchstone run --operator-url`. `key` and `patienceMs` are validated and ignored: the path names the key. */
export const handlingBody = z.strictObject({
  handling: z.enum(actions, { error: `Expected one of ${actions.join(', ')}` }),
  key: z.strictObject({ label: z.string(), address: z.string(), serial: z.string().optional() }).optional(),
  patienceMs: z.int().nonnegative().optional(),
});

const templateId = z
  .string()
  .regex(/^(?:[0-9a-f]{2})+$/, { error: 'Expected a template id of the key state, in lower-case hex' });

const sampleStatuses = ['good', ...failedSamples] as const;

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
        error: 'Expected either matches (true or false) or the templateId of an enrolled finger',
      }),
    z.strictObject({
      gesture: z.literal('sample'),
      status: z.enum(sampleStatuses, { error: `Expected one of ${sampleStatuses.join(', ')}` }),
    }),
  ],
  { error: 'Expected touch, deny, finger or sample' },
);
export type GestureBody = z.output<typeof gestureBody>;

/** Describes the first issue of a body, e.g. `power: Expected on, off or cycle`. */
export function describeFirstIssue({ issues: [issue] }: z.ZodError): string {
  const path = issue?.path.join('.');
  const message =
    issue?.code === 'unrecognized_keys' ? `Unknown field ${issue.keys.join(', ')}` : (issue?.message ?? '');
  return path ? `${path}: ${message}` : message;
}
