/**
 * The schema of a site file, which describes how the registration flow is done on one web site. Validation, the JSON Schema for editors and
 * the types are derived from it.
 */
import { z } from 'zod';
import { textPattern } from './schema/locator.ts';
import { policy } from './schema/relying-party.ts';
import { dottedId, oneOrMore } from './schema/units.ts';
import { siteSteps } from './site-steps.ts';
import { type SiteOutcome, type SiteRequest, siteOutcomes, siteRequests, siteWords } from './site-words.ts';
import { pathPattern } from './step-arguments/page.ts';

const text = z.string({ error: 'Expected text in quotes' }).min(1, { error: 'Expected at least one character' });

const user = z.strictObject({
  name: text.optional().describe('User name, the value of ${user.name}'),
  password: text.optional().describe('Password, the value of ${user.password}; best as ${secret:NAME}'),
  totp: text
    .optional()
    .describe('Key of the authenticator app, Base32 or an otpauth:// URL; ${totp} is its current code'),
  'storage-state': text
    .optional()
    .describe("File with Playwright's storageState of a signed-in user, relative to this file"),
  'sign-in-with': z
    .enum(['password', 'passkey'], { error: 'Expected password or passkey' })
    .optional()
    .describe(
      'passkey: the user is signed in before each case, with a passkey that each worker registers once; default: password',
    ),
});
export type SiteUserDefinition = z.output<typeof user>;

const httpMethods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
const hookShape = {
  command: z
    .array(text)
    .nonempty()
    .optional()
    .describe('Program and arguments, started in the folder of this file; the site is in TOUCHSTONE_SITE'),
  request: z
    .strictObject({
      method: z.enum(httpMethods).optional().describe('Default: POST'),
      url: text.describe('Path on the site, or a whole URL'),
      headers: z.record(z.string(), text).optional(),
      json: z.unknown().optional().describe('Body of the request'),
    })
    .optional()
    .describe('HTTP request'),
};
const hasOneAction = (value: object): boolean => 'command' in value !== 'request' in value;
const oneAction = { error: 'Expected either command or request' };

const before = z
  .strictObject({
    ...hookShape,
    provides: z
      .array(z.string().regex(/^[a-z][a-z0-9-]*$/, { error: 'Expected lower-case words joined by dashes' }))
      .optional()
      .describe(
        'Values that it returns as a JSON object: name, password, totp, storage-state, or own ones for ${user.X}',
      ),
  })
  .refine(hasOneAction, oneAction);
const after = z.strictObject(hookShape).refine(hasOneAction, oneAction);
export type SiteHook = z.output<typeof after>;

const requestPattern = text.regex(/^(?:GET|POST|PUT|PATCH|DELETE) (?:https?:\/\/[^/\s]+)?\/\S*$/, {
  error: 'Expected a method and a path, e.g. POST /api/passkeys/*',
});
type RequestShape = Record<SiteRequest, z.ZodOptional<typeof requestPattern>>;
const requests = z.strictObject(
  Object.fromEntries(
    Object.entries(siteRequests).map(([name, doc]) => [name, requestPattern.optional().describe(doc)]),
  ) as RequestShape,
);

const requestNames = Object.keys(siteRequests) as [SiteRequest, ...SiteRequest[]];
const sign = z
  .strictObject({
    text: textPattern.optional().describe('Text that the page shows'),
    at: pathPattern.optional().describe('Path of the page'),
    request: z.enum(requestNames).optional().describe('Request that was answered'),
    status: oneOrMore(z.int().min(100).max(599)).optional().describe('HTTP status of its answer'),
  })
  .refine((value) => Object.keys(value).length > 0, { error: 'Expected at least one of text, at, request' })
  .refine((value) => !('status' in value) || 'request' in value, {
    path: ['status'],
    error: 'Expected a request beside the status, e.g. request: result',
  });
export type SiteSign = z.output<typeof sign>;
type OutcomeShape = Record<SiteOutcome, z.ZodOptional<ReturnType<typeof oneOrMore<typeof sign>>>>;
const outcomes = z.strictObject(
  Object.fromEntries(
    Object.entries(siteOutcomes).map(([name, doc]) => [name, oneOrMore(sign).optional().describe(doc)]),
  ) as OutcomeShape,
);

/** Words with a dot are maps in a file: `mfa: { totp: [...] }`. */
function flowShape(): Record<string, z.ZodType> {
  const shape: Record<string, z.ZodType> = {};
  const choices: Record<string, Record<string, z.ZodType>> = {};
  for (const [word, { doc }] of Object.entries(siteWords)) {
    const [name = '', choice] = word.split('.');
    const steps = siteSteps.optional().describe(doc);
    if (choice === undefined) shape[name] = steps;
    else choices[name] = { ...choices[name], [choice]: steps };
  }
  for (const [name, words] of Object.entries(choices)) shape[name] = z.strictObject(words).optional();
  return shape;
}

export const siteFile = z.strictObject({
  id: dottedId.describe('Short name of the site in reports'),
  name: text.optional().describe('Name of the site in reports'),
  url: text.optional().describe('Address of the site; a scenario or --url may give another one'),
  server: z
    .literal('reference-portal')
    .optional()
    .describe('Touchstone starts its reference portal for each case; the file has no url'),
  policy: policy
    .optional()
    .describe('What is known of the policy of the site; cases that need another policy are left out'),
  user: user.optional().describe('The user of every case'),
  before: before.optional().describe('Runs before each case, e.g. to create a user'),
  after: after.optional().describe('Runs after each case, e.g. to delete the user'),
  requests: requests.optional().describe('Requests of the ceremonies, for expectations and timings'),
  outcomes: outcomes.optional().describe('How the site shows the end of a registration'),
  flow: z.strictObject(flowShape()).describe('How a user does each part of the flow on this site'),
  sequences: z.record(z.string(), siteSteps).optional().describe('Steps that several words use, by name, for run'),
});
export type SiteFile = z.output<typeof siteFile>;
