/** `relying-party:` of a scenario: the policy of the organisation, and its users when the case starts. */
import { z } from 'zod';
import { mfaMethods, passkeyKinds } from '#relying-party/config.ts';
import { roles } from '#relying-party/store/store.ts';
import { siteUrl } from './site-url.ts';
import { aaguid, algorithm, duration } from './units.ts';

/** A user of the relying party. A user without methods cannot pass MFA. */
export const user = z
  .strictObject({
    name: z.string().min(1).optional().describe('User name; default: a new one for each case'),
    'display-name': z.string().min(1).optional(),
    password: z.string().min(1).optional().describe('Default: a new one for each case'),
    methods: z
      .array(z.enum(['totp']))
      .optional()
      .describe('Sign-in methods besides the password'),
    guest: z.boolean().optional().describe('Guests can neither register passkeys nor use a Temporary Access Pass'),
    groups: z.array(z.string().min(1)).optional(),
    roles: z.array(z.enum(roles)).optional().describe('Administrator roles'),
    passkeys: z
      .int()
      .nonnegative()
      .max(200)
      .optional()
      .describe('Number of passkeys that are registered already, with other keys'),
  })
  .meta({ id: 'user' });
export type ScenarioUser = z.output<typeof user>;

const requirement = z.enum(['required', 'preferred', 'discouraged']);

/** Temporary Access Pass rules. */
const tap = z.strictObject({
  'min-lifetime': duration.optional(),
  'max-lifetime': duration.optional(),
  'default-lifetime': duration.optional(),
  'one-time': z.boolean().optional().describe('Every pass can be used once only, also if its issuer requests another'),
  length: z.int().optional().describe('Number of characters of a new pass'),
  'register-within': duration.optional().describe('How long after sign-in with a one-time pass the user can register'),
});

/** All settings are optional; the defaults are those of the relying party. */
export const policy = z
  .strictObject({
    'self-service': z.boolean().optional().describe('Users may add passkeys themselves'),
    'included-groups': z.array(z.string().min(1)).optional().describe('Groups whose members may have passkeys'),
    'excluded-groups': z
      .array(z.string().min(1))
      .optional()
      .describe('Groups whose members may not have passkeys; takes precedence over included-groups'),
    allow: z.array(z.enum(passkeyKinds)).nonempty().optional().describe('Kinds of passkeys that may be registered'),
    attestation: z
      .enum(['enforced', 'requested', 'ignored'])
      .optional()
      .describe(
        'enforced: a trusted certificate chain is required; requested: attestation is recorded; ignored: attestation is not requested',
      ),
    aaguids: z
      .strictObject({
        mode: z
          .enum(['allow', 'deny'])
          .optional()
          .describe('allow: only the listed models; deny: all except the listed models'),
        list: z.array(aaguid).optional(),
      })
      .optional()
      .describe('Key restrictions by authenticator model'),
    mfa: z
      .strictObject({
        accept: z.array(z.enum(mfaMethods)).nonempty().optional(),
        'fresh-for': duration.optional().describe('How long a sign-in with MFA counts as recent'),
      })
      .optional(),
    'user-verification': requirement.optional(),
    'resident-key': requirement.optional(),
    'passkey-autofill': z
      .boolean()
      .optional()
      .describe('The sign-in page offers passkeys in the autofill list of the user name (conditional get)'),
    'passkey-upgrade': z
      .boolean()
      .optional()
      .describe('After a sign-in with a password the browser creates a passkey without a dialog (conditional create)'),
    timeout: duration.optional().describe('Timeout of the ceremony in the browser'),
    algorithms: z.array(algorithm).nonempty().optional().describe('In order of preference'),
    'max-passkeys': z.int().positive().optional().describe('Maximum number of passkeys of a user'),
    'challenge-lifetime': duration.optional(),
    'pending-lifetime': duration.optional().describe('How long a verified passkey can be named'),
    tap: tap.optional(),
  })
  .meta({ id: 'policy' });
export type ScenarioPolicy = z.output<typeof policy>;

export const relyingParty = policy
  .extend({
    url: siteUrl.optional().describe('Address of the site under test; default: that of the site file'),
    site: z
      .string({ error: 'Expected the path of a site file' })
      .min(1)
      .optional()
      .describe('Site file, relative to this file; default: the reference portal, which Touchstone starts'),
    'partner-site': z
      .literal(true)
      .optional()
      .describe('Serves /partner at 127.0.0.1, another site, which shows the sign-in page in an inline frame'),
    'related-origin': z
      .strictObject({
        'rp-id': z.string().min(1).describe('RP ID of the portal, whose pages are then at another site'),
        listed: z.boolean().optional().describe('Whether the document of the RP ID lists that site; default true'),
      })
      .optional()
      .describe('The portal uses an RP ID of another site (WebAuthn L3 section 5.11)'),
    users: z
      .array(user)
      .nonempty()
      .optional()
      .describe('Users that exist when the case starts; the first one is the default user'),
  })
  .meta({ id: 'relying-party' });
export type ScenarioRelyingParty = z.output<typeof relyingParty>;
