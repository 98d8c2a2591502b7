/**
 * The schema of a scenario file. Validation, the JSON Schema for editors and the types are derived from it. In a file every value may
 * also be a reference `${...}`: the loader resolves references first, then validates each expanded case.
 */
import { z } from 'zod';
import { authenticator, thisDevice } from './schema/authenticator.ts';
import { browser, client } from './schema/browser.ts';
import { expectations } from './schema/expect.ts';
import { budgets, measure } from './schema/measure.ts';
import { relyingParty } from './schema/relying-party.ts';
import { steps } from './schema/steps.ts';
import { dottedId, duration } from './schema/units.ts';

/** The parts of a case. Includes, the file and its cases may each define any of them. */
const caseShape = {
  tags: z
    .array(z.string().regex(/^[a-z0-9][a-z0-9-]*$/, { error: 'Expected lower-case words joined by dashes' }))
    .optional()
    .describe('Tags to select cases by, e.g. [smoke, release-gate]'),
  vars: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('Values of ${vars.x}; ${case.x} reads those of the case only'),
  timeout: z
    .strictObject({
      case: duration.optional().describe('Time limit of the case; default 60s'),
      step: duration.optional().describe('Time limit of a step; default 15s'),
    })
    .optional(),
  'relying-party': relyingParty.optional().describe('Policy of the organisation and its users'),
  authenticator: authenticator.optional().describe('The security key'),
  'this-device': thisDevice.optional().describe('The authenticator built into the computer'),
  browser: browser.optional(),
  client: client.optional().describe('How our WebAuthn client behaves'),
  setup: steps.optional().describe('Steps before the others; a failure counts as an infrastructure error'),
  steps: steps.optional().describe('What the user does'),
  teardown: steps.optional().describe('Steps that always run, also after a failure'),
  measure: measure.optional().describe('Repeats the case to measure its times'),
  budgets: budgets.optional(),
  expect: expectations.optional().describe('What must be true after the steps; every line is checked'),
} as const;

/** Returns true for a key that is merged: an included file, the file and its cases may define it, and `null` removes it. */
export const isCaseKey = (key: string): boolean => Object.hasOwn(caseShape, key);

const title = z.string({ error: 'Expected text' }).min(1);

/** A case of a file; it is merged over the file. */
const caseOverride = z.strictObject({
  id: dottedId.describe('Unique in the file'),
  title: title.optional(),
  ...caseShape,
});

const coordinate = z.union([z.string(), z.number(), z.boolean(), z.null()], {
  error: 'Expected text, a number, true, false or null',
});
/** Dotted paths with their values; `exclude` lists combinations to leave out. */
const matrix = z
  .object({
    exclude: z.array(z.record(z.string(), coordinate)).optional().describe('Combinations to leave out'),
  })
  .catchall(z.array(coordinate).nonempty())
  .describe('Dotted paths and their values, null to remove one; there is a case for every combination');

export const scenarioFile = z.strictObject({
  id: dottedId.optional().describe('Unique in all files; files that are only included have none'),
  title: title.optional(),
  include: z
    .array(z.string().min(1))
    .optional()
    .describe('Files to merge this file over, relative to it; later ones take precedence'),
  ...caseShape,
  cases: z.array(caseOverride).nonempty().optional().describe('Cases of this scenario, each merged over the file'),
  matrix: matrix.optional(),
});

/** A case after merging and resolving. */
export const scenarioCase = z.strictObject({ ...caseShape, steps: steps.nonempty() });
export type ScenarioCase = z.output<typeof scenarioCase>;
