/** Steps on the web site: sign-in, MFA, Security info, the name of the passkey. */
import { z } from 'zod';
import { roles } from '#relying-party/store/store.ts';
import { policy, user } from '../schema/relying-party.ts';
import { duration, noArgument, optionalArgument } from '../schema/units.ts';
import { entry } from './entry.ts';

const credentials = z.strictObject({
  as: z
    .string()
    .min(1)
    .optional()
    .describe('User name; default: the user who is signed in, else the first user of the case'),
  password: z.string().optional().describe('Default: the password of the user'),
});
const code = z.string({ error: 'Expected a code in quotes, e.g. "123456"' });
const passkeyName = z.string({ error: 'Expected a passkey name in quotes' });

/** After validation every form of the argument is this one. */
interface MfaArgument {
  method: 'tap' | 'totp' | 'add-authenticator-app';
  /** Code to type instead of the right one. */
  code?: string | undefined;
  /** User whose code is typed; default: the user who is signed in. */
  as?: string | undefined;
}

const mfaMethod = z.enum(['tap', 'totp']);
const mfaChoices = { method: mfaMethod, tap: code, totp: code, add: z.literal('authenticator-app') };
const mfaChoice = z
  .strictObject({
    ...mfaChoices,
    as: z.string().min(1).describe('User whose code is typed; default: the user who is signed in'),
  })
  .partial()
  .refine(({ as: _, ...choice }) => Object.keys(choice).length === 1, {
    error: `Expected exactly one of ${Object.keys(mfaChoices).join(', ')}`,
    when: ({ issues }) => issues.length === 0,
  });
const mfa = z.union([mfaMethod, mfaChoice]).transform((argument): MfaArgument => {
  if (typeof argument === 'string') return { method: argument };
  const { method, tap, totp, add, as } = argument;
  if (add) return { method: 'add-authenticator-app', as };
  return { method: method ?? (tap === undefined ? 'totp' : 'tap'), code: tap ?? totp, as };
});

export const portalSteps = {
  'open-security-info': entry({
    schema: optionalArgument(credentials),
    article: '1',
    doc: 'Opens My Security info and signs in with the password if the site asks for it.',
    example: 'open-security-info: { as: "adele@contoso.test" }',
    secrets: (args) => [args?.password],
  }),
  'sign-in': entry({
    schema: optionalArgument(credentials),
    article: '1',
    doc: 'Signs in with user name and password.',
    example: 'sign-in: { as: "adele@contoso.test", password: "wrong" }',
    secrets: (args) => [args?.password],
  }),
  'sign-out': entry({ schema: noArgument, article: 'other', doc: 'Signs out.', example: 'sign-out' }),
  'sign-in-with-passkey': entry({
    schema: optionalArgument(
      z.strictObject({ as: z.string().min(1).optional().describe('Account to choose if there are several') }),
    ),
    article: 'other',
    doc: 'Starts a sign-in with a passkey; steps for PIN and touch follow.',
    example: 'sign-in-with-passkey',
  }),
  'add-sign-in-method': entry({
    schema: noArgument,
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
    schema: mfa,
    article: '3',
    doc: 'Completes MFA for the user who is signed in: with the right code, with a given code, or by adding a first method.',
    example: 'mfa: { totp: "000000" }',
    secrets: ({ code }) => [code],
  }),
  'issue-tap': entry({
    schema: optionalArgument(
      z.strictObject({
        for: z
          .string()
          .min(1)
          .optional()
          .describe('User name; default: the user who is signed in, else the first user of the case'),
        lifetime: duration.optional(),
        'one-time': z.boolean().optional(),
        length: z.int().optional().describe('Number of characters of the pass'),
        by: z.enum(roles).optional().describe('Role of the administrator who issues it'),
      }),
    ),
    article: '3',
    doc: 'An administrator issues a Temporary Access Pass; `mfa: tap` uses the newest one of the user.',
    example: 'issue-tap: { one-time: true, lifetime: 10m }',
  }),
  name: entry({
    schema: passkeyName,
    article: '6',
    doc: 'Types a name for the new passkey.',
    example: 'name: Desk key',
  }),
  done: entry({
    schema: noArgument,
    article: '7',
    doc: 'Submits the name and presses Done.',
    example: 'done',
  }),
  rename: entry({
    schema: z.strictObject({ from: passkeyName, to: passkeyName }),
    article: 'other',
    doc: 'Renames a passkey in Security info.',
    example: 'rename: { from: Desk key, to: Spare key }',
  }),
  delete: entry({
    schema: passkeyName,
    article: 'other',
    doc: 'Deletes a passkey in Security info.',
    example: 'delete: Desk key',
  }),
  'abort-page': entry({
    schema: optionalArgument(z.strictObject({ after: duration.optional() })),
    article: '4',
    doc: 'Lets the page abort its request with its AbortController.',
    example: 'abort-page: { after: 200ms }',
  }),
  'set-policy': entry({
    schema: policy,
    article: 'other',
    doc: 'An administrator changes the policy; other settings stay.',
    example: 'set-policy: { attestation: enforced }',
  }),
  'provision-user': entry({
    schema: optionalArgument(user),
    article: 'other',
    doc: 'An administrator creates a user, who becomes the first user of the case.',
    example: 'provision-user: { methods: [totp] }',
    secrets: (args) => [args?.password],
  }),
  screenshot: entry({
    schema: z.string().min(1),
    article: 'other',
    doc: 'Adds a screenshot of the page with this name to the report.',
    example: 'screenshot: after-refusal',
  }),
} as const;
