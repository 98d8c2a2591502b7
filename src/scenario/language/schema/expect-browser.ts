/** `expect: browser:` and `expect: this-device:` of a scenario. */
import { z } from 'zod';
import type { EndReason } from '#client/user-interaction.ts';
import { webAuthnErrorNames } from '#protocol/errors.ts';
import { count, duration, transport } from './units.ts';

const endReasons = {
  'already-registered': true,
  'pin-soft-locked': true,
  'pin-blocked': true,
  'device-unsuitable': true,
  'storage-full': true,
  timeout: true,
  'key-removed': true,
  'not-recognised': true,
  'denied-at-key': true,
  'device-error': true,
} satisfies Record<EndReason, true>;

const conditionalGet = z.strictObject({
  state: z
    .enum(['none', 'pending', 'succeeded', ...webAuthnErrorNames])
    .optional()
    .describe('How the last conditional get() has ended: none if there was none, else the name of its DOMException'),
  accounts: z
    .array(z.string())
    .optional()
    .describe('User names in the autofill list that was offered last, in any order'),
  problem: z
    .enum(['none', 'cancelled', ...(Object.keys(endReasons) as [EndReason, ...EndReason[]])])
    .optional()
    .describe('Why the last sign-in from the list failed, so that the list was offered again'),
});

/** What every signal method has in common. */
const signalShape = {
  times: count.optional().describe('Number of calls'),
  error: z
    .enum(['none', ...webAuthnErrorNames])
    .optional()
    .describe('Name of the error that the page got at the last call'),
} as const;

const signals = z.strictObject({
  signalUnknownCredential: z
    .strictObject({ ...signalShape, removed: count.optional().describe('Number of passkeys that the client removed') })
    .optional(),
  signalAllAcceptedCredentials: z
    .strictObject({
      ...signalShape,
      credentials: count.optional().describe('Number of credentials in the list of the last call'),
      hidden: count.optional().describe('Number of passkeys that the client hid'),
      restored: count.optional().describe('Number of hidden passkeys that the client showed again'),
    })
    .optional(),
  signalCurrentUserDetails: z
    .strictObject({
      ...signalShape,
      name: z.string().optional().describe('User name of the last call'),
      'display-name': z.string().optional().describe('Display name of the last call'),
      renamed: count.optional().describe('Number of passkeys whose account the client renamed'),
    })
    .optional(),
});

export const browserExpectations = z.strictObject({
  error: z
    .enum(['none', ...webAuthnErrorNames])
    .optional()
    .describe('Name of the DOMException that the page got, or none'),
  within: duration.optional().describe('Maximum duration of create() or get()'),
  transports: z.array(transport).optional().describe('getTransports() of the new credential'),
  'conditional-get': conditionalGet.optional().describe('The get() behind the autofill list of a form field'),
  signals: signals.optional().describe('Calls of the signal methods, and what the client did with them'),
  capabilities: z
    .record(z.string().min(1), z.boolean())
    .optional()
    .describe('Members of getClientCapabilities() in the page, e.g. { conditionalGet: true }'),
});

export const thisDeviceExpectations = z.strictObject({
  passkeys: count.optional().describe('Number of passkeys that it offers'),
  hidden: count
    .optional()
    .describe('Number of passkeys that it keeps hidden, because a site does not accept them any more'),
  accounts: z.array(z.string()).optional().describe('User names of the passkeys that it offers, in any order'),
  'display-names': z.array(z.string()).optional().describe('Display names of these accounts, in any order'),
});
