/** Steps in front of the security dialog and at the key: where to save, plugging, PIN, gesture, review, time. */
import { z } from 'zod';
import { duration, nothing, orNothing } from '../schema/units.ts';
import { commandName } from '../schema/wire.ts';
import { entry } from './entry.ts';

const pin = z.string({ error: 'a PIN is text; put it in quotes, e.g. "1234"' });
const pins = z.union([pin, z.array(pin).nonempty()]);
/** What the security dialog can ask. */
export const dialogQuestions = ['choose', 'connect', 'pin', 'presence', 'review', 'account'] as const;

const allOf = (args: string | readonly string[]): readonly string[] => (typeof args === 'string' ? [args] : args);

export const securityKeySteps = {
  'save-to': entry({
    schema: z.enum(['this-device', 'security-key', 'phone']),
    article: '4',
    doc: 'Chooses where to save the passkey, through "Use another device" or "More options" where the dialog asks for it.',
    example: 'save-to: security-key',
  }),
  'connect-key': entry({
    schema: orNothing(z.strictObject({ after: duration.optional() })),
    article: '5',
    doc: 'Plugs the key in, at once or later.',
    example: 'connect-key: { after: 2s }',
  }),
  'unplug-key': entry({
    schema: orNothing(
      z.strictObject({
        during: commandName.optional().describe('Pulls it while this command runs'),
        after: duration.optional().describe('From now, or from the start of the command'),
      }),
    ),
    article: '5',
    doc: 'Pulls the key out, at once or during a command.',
    example: 'unplug-key: { during: makeCredential, after: 100ms }',
  }),
  'replug-key': entry({
    schema: orNothing(z.strictObject({ after: duration.optional() })),
    article: '5',
    doc: 'Pulls the key out and plugs it in again.',
    example: 'replug-key',
  }),
  'power-cycle': entry({
    schema: nothing,
    article: '5',
    doc: 'Cuts the power of the key for a moment; the connection stays.',
    example: 'power-cycle',
  }),
  'create-pin': entry({
    schema: pins,
    article: '5',
    doc: 'Waits until the dialog asks to set a PIN, then types it; a list is typed one at each prompt.',
    example: 'create-pin: ["12", "1234"]',
    secrets: allOf,
  }),
  'enter-pin': entry({
    schema: pins,
    article: '5',
    doc: 'Waits until the dialog asks for the PIN, then types it; a list is typed one at each prompt.',
    example: 'enter-pin: ["0000", "1234"]',
    secrets: allOf,
  }),
  'change-pin': entry({
    schema: pins,
    article: '5',
    doc: 'Waits until the dialog asks for a new PIN because the key forces a change, then types it.',
    example: 'change-pin: "567890"',
    secrets: allOf,
  }),
  touch: entry({
    schema: orNothing(
      z.union([
        z.enum(['never', 'deny']),
        z.strictObject({
          after: duration.optional().describe('From the moment the key asks'),
          times: z.int().positive().max(100).optional().describe('How many times in a row the key will be touched'),
        }),
      ]),
    ),
    article: '5',
    doc: 'Waits until the key asks, then touches it; or never does, or denies.',
    example: 'touch: { after: 300ms }',
  }),
  review: entry({
    schema: z.enum(['ok', 'cancel']),
    article: '5',
    doc: 'Waits for the last look before the site gets the passkey, then answers.',
    example: 'review: ok',
  }),
  'dialog-asks': entry({
    schema: z.enum(dialogQuestions),
    article: '4',
    doc: 'Waits until the security dialog asks this, and leaves it open.',
    example: 'dialog-asks: pin',
  }),
  'cancel-dialog': entry({
    schema: orNothing(
      z.strictObject({
        when: z
          .enum(dialogQuestions)
          .optional()
          .describe('Waits until the dialog asks this; default: whatever it asks'),
        after: duration.optional().describe('From the moment it asks'),
      }),
    ),
    article: '4',
    doc: 'Cancels the security dialog.',
    example: 'cancel-dialog: { when: connect }',
  }),
  'let-time-pass': entry({
    schema: duration,
    article: 'beside',
    doc: 'Moves the clock of all parties forward without waiting.',
    example: 'let-time-pass: 6m',
  }),
} as const;
