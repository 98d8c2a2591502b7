/** Steps on the web site: signing in, the MFA gate, Security info, the name of the passkey. */
import { z } from 'zod';
import { roles } from '#relying-party/store/store.ts';
import { policy, user } from '../schema/relying-party.ts';
import { duration, nothing, oneOf, oneOrMore, orNothing } from '../schema/units.ts';
import { entry } from './entry.ts';

const credentials = z.strictObject({
  as: z.string().min(1).optional().describe('User name; default: the first user of the case'),
  password: z.string().optional().describe('Default: the password the user has'),
});
const code = z.string({ error: 'a code is text; put it in quotes, e.g. "123456"' });
const passkeyName = z.string({ error: 'a passkey name is text; put it in quotes' });

export const portalSteps = {
  'open-security-info': entry({
    schema: orNothing(credentials),
    article: '1',
    doc: 'Opens My Security info and signs in with the password where the site asks for it.',
    example: 'open-security-info: { as: "adele@contoso.test" }',
    secrets: (args) => [args?.password],
  }),
  'sign-in': entry({
    schema: orNothing(credentials),
    article: '1',
    doc: 'Signs in with user name and password.',
    example: 'sign-in: { as: "adele@contoso.test", password: "wrong" }',
    secrets: (args) => [args?.password],
  }),
  'sign-out': entry({ schema: nothing, article: 'beside', doc: 'Signs out.', example: 'sign-out' }),
  'sign-in-with-passkey': entry({
    schema: orNothing(z.strictObject({ as: z.string().min(1).optional().describe('Account to choose from several') })),
    article: 'beside',
    doc: 'Starts a sign-in with a passkey; steps for PIN and touch follow.',
    example: 'sign-in-with-passkey',
  }),
  'add-sign-in-method': entry({
    schema: nothing,
    article: '2',
    doc: 'Presses "Add sign-in method".',
    example: 'add-sign-in-method',
  }),
  'choose-method': entry({
    schema: z.enum(['passkey', 'authenticator-app']),
    article: '2',
    doc: 'Chooses a method and presses Add.',
    example: 'choose-method: passkey',
  }),
  mfa: entry({
    schema: z.union([z.enum(['tap', 'totp']), oneOf({ tap: code, totp: code, add: z.literal('authenticator-app') })]),
    article: '3',
    doc: 'Passes the MFA gate: with the right code, with a given one, or by adding a first method.',
    example: 'mfa: { totp: "000000" }',
    secrets: (args) => (typeof args === 'object' && !('add' in args) ? Object.values(args) : []),
  }),
  'issue-tap': entry({
    schema: orNothing(
      z.strictObject({
        for: z.string().min(1).optional().describe('User name; default: the first user of the case'),
        lifetime: duration.optional(),
        'one-time': z.boolean().optional(),
        length: z.int().optional().describe('Characters of the pass'),
        by: z.enum(roles).optional().describe('Role of the administrator who issues it'),
      }),
    ),
    article: '3',
    doc: 'An administrator issues a Temporary Access Pass; `mfa: tap` uses the newest one.',
    example: 'issue-tap: { one-time: true, lifetime: 10m }',
  }),
  name: entry({
    schema: passkeyName,
    article: '6',
    doc: 'Types a name for the new passkey.',
    example: 'name: Desk key',
  }),
  done: entry({
    schema: nothing,
    article: '7',
    doc: 'Submits the name and presses Done.',
    example: 'done',
  }),
  rename: entry({
    schema: z.strictObject({ from: passkeyName, to: passkeyName }),
    article: 'beside',
    doc: 'Renames a passkey in Security info.',
    example: 'rename: { from: Desk key, to: Spare key }',
  }),
  delete: entry({
    schema: passkeyName,
    article: 'beside',
    doc: 'Deletes a passkey in Security info.',
    example: 'delete: Desk key',
  }),
  see: entry({
    schema: oneOrMore(z.string().min(1)),
    article: 'beside',
    doc: 'Waits until the page shows the text, or all of several.',
    example: 'see: ["Security info", "Desk key"]',
  }),
  reload: entry({ schema: nothing, article: 'beside', doc: 'Reloads the page.', example: 'reload' }),
  'go-back': entry({ schema: nothing, article: 'beside', doc: 'Presses Back.', example: 'go-back' }),
  'close-tab': entry({
    schema: nothing,
    article: 'beside',
    doc: 'Closes the tab; the next step on the site opens a new one.',
    example: 'close-tab',
  }),
  'abort-page': entry({
    schema: orNothing(z.strictObject({ after: duration.optional() })),
    article: '4',
    doc: 'The page aborts its own request through its AbortController.',
    example: 'abort-page: { after: 200ms }',
  }),
  'set-policy': entry({
    schema: policy,
    article: 'beside',
    doc: 'An administrator changes the policy; what is not named stays.',
    example: 'set-policy: { attestation: enforced }',
  }),
  'provision-user': entry({
    schema: orNothing(user),
    article: 'beside',
    doc: 'An administrator creates a user; it becomes the default user of the case.',
    example: 'provision-user: { methods: [totp] }',
    secrets: (args) => [args?.password],
  }),
  screenshot: entry({
    schema: z.string().min(1),
    article: 'beside',
    doc: 'Keeps a picture of the page under this name.',
    example: 'screenshot: after-refusal',
  }),
} as const;
