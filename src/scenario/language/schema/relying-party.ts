/** `relying-party:` of a scenario: the policy of the organisation and the users it knows before the case starts. */
import { z } from 'zod';
import { mfaMethods, passkeyKinds } from '#relying-party/config.ts';
import { roles } from '#relying-party/store/store.ts';
import { aaguid, algorithm, duration } from './units.ts';

/** A person at the relying party. Without methods, the MFA gate has nothing to ask for. */
export const user = z
  .strictObject({
    name: z.string().min(1).optional().describe('User name to sign in with; default: a fresh one per case'),
    'display-name': z.string().min(1).optional(),
    password: z.string().min(1).optional().describe('Default: a fresh one per case'),
    methods: z
      .array(z.enum(['totp']))
      .optional()
      .describe('Sign-in methods the user has besides the password'),
    guest: z.boolean().optional().describe('Guests can neither register passkeys nor use a Temporary Access Pass'),
    groups: z.array(z.string().min(1)).optional(),
    roles: z.array(z.enum(roles)).optional().describe('Administrator roles'),
    passkeys: z
      .int()
      .nonnegative()
      .max(200)
      .optional()
      .describe('How many passkeys of other keys are registered already'),
  })
  .meta({ id: 'user' });
export type ScenarioUser = z.output<typeof user>;

const requirement = z.enum(['required', 'preferred', 'discouraged']);

/** Temporary Access Pass rules. */
const tap = z.strictObject({
  'min-lifetime': duration.optional(),
  'max-lifetime': duration.optional(),
  'default-lifetime': duration.optional(),
  'one-time': z.boolean().optional().describe('Every pass is one-time, whatever its issuer asks for'),
  length: z.int().optional().describe('Characters of a new pass'),
  'register-within': duration.optional().describe('How long after sign-in a one-time pass lets its user register'),
});

/** Every part is optional: what a scenario does not say, the relying party's own default decides. */
export const policy = z
  .strictObject({
    'self-service': z.boolean().optional().describe('Users may add passkeys themselves'),
    'included-groups': z.array(z.string().min(1)).optional().describe('Groups whose members may have passkeys'),
    'excluded-groups': z.array(z.string().min(1)).optional().describe('Groups whose members may not; exclusion wins'),
    allow: z.array(z.enum(passkeyKinds)).nonempty().optional().describe('Kinds of passkeys that may be registered'),
    attestation: z
      .enum(['enforced', 'requested', 'ignored'])
      .optional()
      .describe('enforced: a trusted chain is required; requested: asked for and recorded; ignored: not asked for'),
    aaguids: z
      .strictObject({
        mode: z.enum(['allow', 'deny']).optional().describe('allow: only the listed models; deny: all but the listed'),
        list: z.array(aaguid).optional(),
      })
      .optional()
      .describe('Key restrictions by authenticator model'),
    mfa: z
      .strictObject({
        accept: z.array(z.enum(mfaMethods)).nonempty().optional(),
        'fresh-for': duration.optional().describe('How long a strong sign-in counts as recent'),
      })
      .optional(),
    'user-verification': requirement.optional(),
    'resident-key': requirement.optional(),
    timeout: duration.optional().describe('Time the browser gives the user'),
    algorithms: z.array(algorithm).nonempty().optional().describe('In order of preference'),
    'max-passkeys': z.int().positive().optional().describe('Passkeys one user may have'),
    'challenge-lifetime': duration.optional(),
    'pending-lifetime': duration.optional().describe('How long a verified passkey waits for its name'),
    tap: tap.optional(),
  })
  .meta({ id: 'policy' });
export type ScenarioPolicy = z.output<typeof policy>;

export const relyingParty = policy
  .extend({
    users: z
      .array(user)
      .nonempty()
      .optional()
      .describe('Who exists when the case starts; the first one is the default user'),
  })
  .meta({ id: 'relying-party' });
export type ScenarioRelyingParty = z.output<typeof relyingParty>;
