/** `expect:` of a scenario: what must be true of each party after the steps. Every line is checked, also after one that is not met. */
import { z } from 'zod';
import { type CtapStatusName, ctapStatus } from '#protocol/status.ts';
import { type EventCode, eventCodes } from '#relying-party/events.ts';
import { type Reason, refusals } from '#relying-party/refusals.ts';
import { type SiteOutcome, type SiteRequest, siteOutcomes, siteRequests } from '../site-words.ts';
import { browserExpectations, thisDeviceExpectations } from './expect-browser.ts';
import { aaguid, algorithm, count, duration, oneOrMore, transport } from './units.ts';
import { commandName, type WireCommand, wireCommands } from './wire.ts';

const names = <Name extends string>(table: Readonly<Record<Name, unknown>>) =>
  z.enum(Object.keys(table) as [Name, ...Name[]]);
const event = names<EventCode>(eventCodes);
const status = names<CtapStatusName>(ctapStatus);
const requirement = z.enum(['required', 'preferred', 'discouraged']);

const passkey = z.strictObject({
  name: z.string().optional(),
  aaguid: aaguid.optional(),
  fmt: z.string().min(1).optional().describe('Attestation statement format, e.g. packed'),
  attestation: z.enum(['none', 'self', 'certified']).optional(),
  chain: z
    .enum(['none', 'trusted', 'untrusted'])
    .optional()
    .describe('Whether the certificate chain leads to a known root'),
  attachment: z.enum(['platform', 'cross-platform']).optional(),
  uv: z.boolean().optional().describe('Whether the user was verified'),
  discoverable: z.boolean().optional(),
  'backup-eligible': z.boolean().optional(),
  'backed-up': z.boolean().optional(),
  transports: z.array(transport).optional(),
  alg: algorithm.optional(),
  'sign-count': count.optional(),
});

const creationOptions = z.strictObject({
  'rp-id': z.string().min(1).optional(),
  attestation: z.enum(['none', 'indirect', 'direct', 'enterprise']).optional(),
  'user-verification': requirement.optional(),
  'resident-key': requirement.optional(),
  attachment: z.enum(['platform', 'cross-platform', 'any']).optional(),
  algorithms: z.array(algorithm).optional().describe('In order of preference'),
  timeout: duration.optional(),
  'exclude-credentials': count.optional().describe('Number of credentials that must not be registered again'),
  hints: z.array(z.string()).optional(),
  extensions: z.array(z.string()).optional().describe('Names of the requested extensions, in any order'),
});

const answeredRequest = z
  .strictObject({
    status: oneOrMore(z.int().min(100).max(599))
      .optional()
      .describe('HTTP status of its last answer; a list allows several'),
    within: duration.optional().describe('Maximum time until its answer began'),
  })
  .meta({ id: 'request' });
type RequestsShape = Record<SiteRequest, z.ZodOptional<typeof answeredRequest>>;
const requests = z.strictObject(
  Object.fromEntries(
    Object.entries(siteRequests).map(([name, doc]) => [name, answeredRequest.optional().describe(doc)]),
  ) as RequestsShape,
);

const relyingParty = z.strictObject({
  outcome: z
    .enum(['none', ...(Object.keys(siteOutcomes) as [SiteOutcome, ...SiteOutcome[]])])
    .optional()
    .describe('How the site shows the end of the last registration, by the signs in its site file'),
  options: creationOptions.optional().describe('Options of the last create()'),
  requests: requests.optional().describe('Answers to the requests that the site file names'),
  passkey: z
    .union([z.literal('none'), passkey])
    .optional()
    .describe('The passkey that the case registered, or none'),
  passkeys: count.optional().describe('Number of passkeys of the user'),
  refused: names<Reason>(refusals).optional().describe('Reason of the last refusal'),
  http: z.int().min(100).max(599).optional().describe('Status of the last response to a form or script of the page'),
  'abandoned-credentials': count.optional().describe('Number of credentials that were verified but never named'),
  events: z.array(event).optional().describe('Events in this order; others may occur between them'),
  'events-absent': z.array(event).optional().describe('Events that do not occur'),
});

const authenticator = z.strictObject({
  pin: z.enum(['set', 'unset', 'blocked']).optional(),
  'pin-retries': count.optional(),
  'needs-power-cycle': z
    .boolean()
    .optional()
    .describe('Three wrong PINs in a row were entered, so the key accepts no PIN before a power cycle'),
  credentials: count.optional().describe('Number of discoverable credentials on the key'),
  'abandoned-credentials': count
    .optional()
    .describe('Number of credentials on the key that the relying party does not know'),
});

const exchanges = z
  .strictObject({
    status: oneOrMore(status).optional().describe('Status of the last exchange; a list allows several'),
    statuses: z.array(status).nonempty().optional().describe('Status of every exchange, in order'),
    times: count.optional().describe('Number of times the command was sent'),
    'keepalive-upneeded': count.optional().describe('Number of keepalives that request a touch'),
  })
  .meta({ id: 'exchanges' });

type WireShape = Record<WireCommand, z.ZodOptional<typeof exchanges>>;
const wire = z.strictObject({
  order: z.array(commandName).nonempty().optional().describe('Commands in this order; others may occur between them'),
  never: z.array(commandName).nonempty().optional().describe('Commands that are not sent'),
  ...(Object.fromEntries(wireCommands.map((name) => [name, exchanges.optional()])) as WireShape),
});

const ui = z.strictObject({
  says: oneOrMore(z.string().min(1)).optional().describe('Text on the page; all texts of a list'),
  title: z.string().min(1).optional(),
  url: z.string().min(1).optional().describe('Path of the page, e.g. /security-info'),
  screenshot: z
    .enum(['always', 'on-failure'])
    .optional()
    .describe('When to add a screenshot of the last page to the report'),
});

export const expectations = z
  .strictObject({
    'relying-party': relyingParty.optional(),
    authenticator: authenticator.optional(),
    'this-device': thisDeviceExpectations.optional(),
    browser: browserExpectations.optional(),
    wire: wire.optional(),
    ui: ui.optional(),
  })
  .meta({ id: 'expectations' });
