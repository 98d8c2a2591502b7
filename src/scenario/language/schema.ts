/**
 * The scenario file as one schema; validation, the editors' JSON Schema and the types all follow from it.
 * In a file every value may also be a reference `${...}`: the loader resolves references first and then validates each expanded case.
 */
import { z } from 'zod';
import { authenticator, browser, client, thisDevice } from './schema/authenticator.ts';
import { expectations } from './schema/expect.ts';
import { relyingParty } from './schema/relying-party.ts';
import { steps } from './schema/steps.ts';
import { dottedId, duration } from './schema/units.ts';

/** What a case consists of. Includes, the file and its cases may each say any part of it. */
export const caseShape = {
  tags: z
    .array(z.string().regex(/^[a-z0-9][a-z0-9-]*$/, { error: 'a tag is lower-case words joined by dashes' }))
    .optional()
    .describe('For selection, e.g. [smoke, release-gate]'),
  vars: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('Values for references to vars; case reads those of the case only'),
  timeout: z
    .strictObject({
      case: duration.optional().describe('Longest time for a case; default 60s'),
      step: duration.optional().describe('Longest time for a step; default 15s'),
    })
    .optional(),
  'relying-party': relyingParty.optional().describe('Policy of the organisation and its users'),
  authenticator: authenticator.optional().describe('The security key'),
  'this-device': thisDevice.optional().describe('The authenticator built into the computer'),
  browser: browser.optional(),
  client: client.optional().describe('How our WebAuthn client behaves'),
  setup: steps.optional().describe('Before the steps; a failure here is an error of the set-up'),
  steps: steps.optional().describe('What the person does'),
  teardown: steps.optional().describe('Always runs, also after a failure'),
  expect: expectations.optional().describe('What must be true afterwards; every line is checked'),
} as const;

const title = z.string({ error: 'a title is text' }).min(1);

/** A variation: whatever it says is merged over the file. */
const caseOverride = z.strictObject({
  id: dottedId.describe('Unique in the file'),
  title: title.optional(),
  ...caseShape,
});

const coordinate = z.union([z.string(), z.number(), z.boolean()], {
  error: 'a matrix value is text, a number or true/false',
});
/** Dotted paths with the values each takes; `exclude` lists combinations to leave out. */
const matrix = z
  .object({
    exclude: z.array(z.record(z.string(), coordinate)).optional().describe('Combinations to leave out'),
  })
  .catchall(z.array(coordinate).nonempty())
  .describe('Dotted paths and the values each takes; cases multiply');

export const scenarioFile = z.strictObject({
  id: dottedId.optional().describe('Unique in the library; files that are only included have none'),
  title: title.optional(),
  include: z.array(z.string().min(1)).optional().describe('Files to start from, relative to this one; later ones win'),
  ...caseShape,
  cases: z.array(caseOverride).nonempty().optional().describe('Variations of this scenario'),
  matrix: matrix.optional(),
});

/** One case after merging and resolving. */
export const scenarioCase = z.strictObject({ ...caseShape, steps: steps.nonempty() });
export type ScenarioCase = z.output<typeof scenarioCase>;
