/** Basic values of the scenario language: durations, comparisons, ids, names. */
import { z } from 'zod';
import { durationExamples, durationPattern, parseDuration } from '#base/durations.ts';
import { type CoseAlgorithm, coseAlgorithms } from '#protocol/cose.ts';

/** Milliseconds. All durations of a scenario have this type after validation. */
export type Ms = number & z.$brand<'Ms'>;

/** A duration in text with its unit: `300ms`, `2s`, `1.5m`, `1h`. Parsed to milliseconds. */
export const duration = z
  .string({ error: `Expected a duration with a unit: ${durationExamples}` })
  .regex(durationPattern, { error: `Expected a duration with a unit: ${durationExamples}` })
  .transform((text): Ms => parseDuration(text) as Ms)
  .describe('Duration with its unit: 300ms, 2s, 5m, 1h');

const comparators = ['>=', '<=', '>', '<', '!='] as const;

/** A condition on a number, written `">= 1"`. */
export interface Comparison {
  comparator: (typeof comparators)[number];
  value: number;
}

export const isComparison = (value: object): value is Comparison => 'comparator' in value;

const comparison = z
  .string({ error: 'Expected a whole number, or a comparison such as ">= 1"' })
  .regex(/^(?:>=|<=|>|<|!=) *-?\d+(?:\.\d+)?$/, {
    error: 'Expected a whole number, or a comparison such as ">= 1"',
  })
  .transform((text): Comparison => {
    const [, comparator, value] = /^([<>=!]+) *(.+)$/.exec(text) ?? [];
    return { comparator: comparator as Comparison['comparator'], value: Number(value) };
  });

/** An exact count, or a condition on it. */
export const count = z
  .union([z.int().nonnegative(), comparison])
  .describe('Exact number, or a comparison such as ">= 1"');

/** A value, or a list of values. */
export const oneOrMore = <Item extends z.ZodType>(item: Item) => z.union([item, z.array(item).nonempty()]);

/** A map with exactly one of the keys of `Shape`. */
export type ExactlyOneOf<Shape extends z.ZodRawShape> = {
  [Key in keyof Shape]: { [Only in Key]: z.output<Shape[Key]> };
}[keyof Shape];

/** A map with exactly one of the keys of `shape`. */
export const exactlyOneOf = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z
    .strictObject(shape)
    .partial()
    .refine((map) => Object.keys(map).length === 1, {
      error: `Expected exactly one of ${Object.keys(shape).join(', ')}`,
      when: ({ issues }) => issues.length === 0,
    })
    .transform((map) => map as ExactlyOneOf<Shape>);

/** The argument of a step that may be written without one. */
export const optionalArgument = <Schema extends z.ZodType>(schema: Schema) =>
  z
    .union([z.null(), schema])
    .optional()
    .transform((value): z.output<Schema> | undefined => value ?? undefined);

/** The argument of a step that takes none. */
export const noArgument = z
  .null()
  .optional()
  .transform(() => undefined);

/** Lower-case words joined by dashes, with dots between levels: `security-key.new-pin`. */
export const dottedId = z.string().regex(/^[a-z0-9]+(?:[.-][a-z0-9]+)*$/, {
  error: 'Expected lower-case words joined by dashes and dots, e.g. security-key.new-pin',
});

export const aaguid = z
  .string()
  .regex(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, {
    error: 'Expected an AAGUID such as 2fc0579f-8113-47ea-b116-bb5a8db9202a',
  })
  .transform((text) => text.toLowerCase());

/** AuthenticatorTransport, WebAuthn L3 section 5.8.4. */
export const transport = z.enum(['usb', 'nfc', 'ble', 'internal', 'hybrid', 'smart-card']);

/** Names of COSE algorithms. */
export const algorithm = z.enum(Object.keys(coseAlgorithms) as [CoseAlgorithm, ...CoseAlgorithm[]]);
