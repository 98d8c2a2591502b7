/**
 * Schema of the organisation's policy on sign-in methods. Administrators edit it, scenarios set it, `policy.ts` decides by it.
 * Times are milliseconds, except where the name contains minutes.
 */
import { z } from 'zod';

export const passkeyKinds = ['security-key', 'this-device', 'synced'] as const;
/** `security-key`: device-bound, on a removable key; `this-device`: device-bound, in a computer or phone; `synced`: backup eligible. */
export type PasskeyKind = (typeof passkeyKinds)[number];

export const mfaMethods = ['totp', 'tap'] as const;
export type MfaMethod = (typeof mfaMethods)[number];

/** The group every user is in. */
export const everyone = 'everyone';

const minuteMs = 60_000;
const requirement = z.enum(['required', 'preferred', 'discouraged']);
const aaguid = z
  .string()
  .regex(
    /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
    'Expected an AAGUID (a UUID), e.g. 2fc0579f-8113-47ea-b116-bb5a8db9202a',
  )
  .transform((text) => text.toLowerCase());

/** Temporary Access Pass rules. The outer limits (10 to 43,200 minutes, 8 to 48 characters) are fixed; a policy can only narrow them. */
const tapPolicySchema = z
  .strictObject({
    minLifetimeMinutes: z.int().min(10).max(43_200).default(60),
    maxLifetimeMinutes: z.int().min(10).max(43_200).default(480),
    defaultLifetimeMinutes: z.int().min(10).max(43_200).default(60),
    oneTime: z.boolean().default(false).describe('Every pass is one-time, even if its issuer does not choose so'),
    length: z.int().min(8).max(48).default(8).describe('Characters of a new pass'),
    registerWithinMs: z
      .int()
      .positive()
      .default(10 * minuteMs)
      .describe('How long after sign-in a one-time pass lets its user register'),
  })
  .refine(
    (tap) =>
      tap.minLifetimeMinutes <= tap.defaultLifetimeMinutes && tap.defaultLifetimeMinutes <= tap.maxLifetimeMinutes,
    {
      error: 'Expected a default lifetime between the minimum and the maximum',
      path: ['defaultLifetimeMinutes'],
    },
  );

const policyShape = {
  selfService: z.boolean().default(true).describe('Users may add passkeys themselves'),
  includedGroups: z.array(z.string()).default([everyone]).describe('Groups whose members may have passkeys'),
  excludedGroups: z.array(z.string()).default([]).describe('Groups whose members may not; exclusion wins'),
  allow: z
    .array(z.enum(passkeyKinds))
    .nonempty()
    .default([...passkeyKinds])
    .describe('Kinds of passkeys that may be registered'),
  attestation: z
    .enum(['enforced', 'requested', 'ignored'])
    .default('requested')
    .describe(
      'enforced: a trusted certificate chain is required; requested: recorded, but not required; ignored: not requested',
    ),
  aaguids: z
    .strictObject({ mode: z.enum(['off', 'allow', 'deny']).default('off'), list: z.array(aaguid).default([]) })
    .prefault({})
    .describe(
      'Models that may, or may not, be registered. Only a trusted attestation proves the AAGUID: combine it with enforced',
    ),
  mfa: z
    .strictObject({
      accept: z
        .array(z.enum(mfaMethods))
        .nonempty()
        .default([...mfaMethods]),
      freshForMs: z
        .int()
        .positive()
        .default(5 * minuteMs),
    })
    .prefault({}),
  userVerification: requirement.default('required'),
  residentKey: requirement.default('required'),
  passkeyAutofill: z
    .boolean()
    .default(false)
    .describe('The sign-in page offers passkeys in the autofill list of the user name (conditional get)'),
  passkeyUpgrade: z
    .boolean()
    .default(false)
    .describe('After a sign-in with a password the browser creates a passkey without a dialog (conditional create)'),
  timeoutMs: z.int().positive().default(minuteMs).describe('Time the browser gives the user'),
  algorithms: z.array(z.int()).nonempty().default([-7, -8, -257]).describe('COSE algorithms in order of preference'),
  maxPasskeys: z.int().positive().default(20).describe('Passkeys one user may have'),
  challengeLifetimeMs: z
    .int()
    .positive()
    .default(5 * minuteMs),
  pendingLifetimeMs: z
    .int()
    .positive()
    .default(10 * minuteMs)
    .describe('How long a verified passkey can wait for its name'),
  tap: tapPolicySchema.prefault({}),
} as const;

export const policySchema = z
  .strictObject(policyShape)
  .refine(({ aaguids, attestation }) => aaguids.mode === 'off' || attestation !== 'ignored', {
    error:
      'AAGUID restrictions need attestation "requested" or "enforced": an AAGUID without an attestation statement cannot be trusted',
    path: ['aaguids', 'mode'],
  });

export type Policy = z.output<typeof policySchema>;
/** The policy in a configuration: every member is optional. */
export type PolicyInput = z.input<typeof policySchema>;

export const defaultPolicy: Policy = policySchema.parse({});
