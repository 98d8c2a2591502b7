/** Steps at the security dialog and the key: where to save, plugging in and unplugging, PIN, touch, review, time. */
import { z } from 'zod';
import { duration, noArgument, optionalArgument } from '../schema/units.ts';
import { commandName } from '../schema/wire.ts';
import { entry } from './entry.ts';

const pin = z.string({ error: 'Expected a PIN in quotes, e.g. "1234"' });
const pins = z.union([pin, z.array(pin).nonempty()]);
/** The questions of the security dialog. */
export const dialogQuestions = ['choose', 'connect', 'pin', 'presence', 'review', 'account'] as const;

const allPins = (args: string | readonly string[]): readonly string[] => (typeof args === 'string' ? [args] : args);

export const securityKeySteps = {
  'save-to': entry({
    schema: z.enum(['this-device', 'security-key', 'phone']),
    article: '4',
    doc: 'Chooses where to save the passkey, with "Use another device" or "More options" if the dialog hides the choice.',
    example: 'save-to: security-key',
  }),
  'connect-key': entry({
    schema: optionalArgument(z.strictObject({ after: duration.optional() })),
    article: '5',
    doc: 'Plugs the key in, at once or some time after the dialog asks for it.',
    example: 'connect-key: { after: 2s }',
  }),
  'unplug-key': entry({
    schema: optionalArgument(
      z.strictObject({
        during: commandName.optional().describe('Command during which the key is unplugged'),
        after: duration.optional().describe('Delay, from now or from the start of the command'),
      }),
    ),
    article: '5',
    doc: 'Unplugs the key, at once or during a command.',
    example: 'unplug-key: { during: makeCredential, after: 100ms }',
  }),
  'replug-key': entry({
    schema: optionalArgument(z.strictObject({ after: duration.optional() })),
    article: '5',
    doc: 'Unplugs the key and plugs it in again.',
    example: 'replug-key',
  }),
  'power-cycle': entry({
    schema: noArgument,
    article: '5',
    doc: 'Interrupts the power of the key; it stays connected.',
    example: 'power-cycle',
  }),
  'create-pin': entry({
    schema: pins,
    article: '5',
    doc: 'Waits until the dialog asks to set a PIN, then types it; a list has one PIN for each prompt.',
    example: 'create-pin: ["12", "1234"]',
    secrets: allPins,
  }),
  'enter-pin': entry({
    schema: pins,
    article: '5',
    doc: 'Waits until the dialog asks for the PIN, then types it; a list has one PIN for each prompt.',
    example: 'enter-pin: ["0000", "1234"]',
    secrets: allPins,
  }),
  'change-pin': entry({
    schema: pins,
    article: '5',
    doc: 'Waits until the dialog asks for a new PIN because the key requires a change, then types it.',
    example: 'change-pin: "567890"',
    secrets: allPins,
  }),
  touch: entry({
    schema: optionalArgument(
      z.union([
        z.enum(['never', 'deny']),
        z.strictObject({
          after: duration.optional().describe('Delay after the key requests the touch'),
          times: z.int().positive().max(100).optional().describe('Number of touches in a row'),
        }),
      ]),
    ),
    article: '5',
    doc: 'Waits until the key requests a touch, then touches it, denies, or lets the time run out.',
    example: 'touch: { after: 300ms }',
  }),
  review: entry({
    schema: z.enum(['ok', 'cancel']),
    article: '5',
    doc: 'Waits until the dialog asks to review the passkey before the site gets it, then answers.',
    example: 'review: ok',
  }),
  'choose-account': entry({
    schema: z.union([
      z.string({ error: 'Expected a user name' }).min(1),
      z.strictObject({
        'another-device': z.literal(true).describe('The entry of the autofill list for a security key or a phone'),
      }),
    ]),
    article: 'other',
    doc: 'Waits until the dialog asks which account to sign in with, or the page offers an autofill list, then chooses one.',
    example: 'choose-account: "adele@contoso.test"',
  }),
  'dismiss-autofill': entry({
    schema: noArgument,
    article: 'other',
    doc: 'Waits until the page offers an autofill list, and closes it; its request stays pending.',
    example: 'dismiss-autofill',
  }),
  'dialog-asks': entry({
    schema: z.enum([...dialogQuestions, 'autofill']),
    article: '4',
    doc: 'Waits until the security dialog asks this question, or until the page offers an autofill list, and does not answer.',
    example: 'dialog-asks: pin',
  }),
  'cancel-dialog': entry({
    schema: optionalArgument(
      z.strictObject({
        when: z.enum(dialogQuestions).optional().describe('Question to wait for; default: any'),
        after: duration.optional().describe('Delay after the question'),
      }),
    ),
    article: '4',
    doc: 'Cancels the security dialog.',
    example: 'cancel-dialog: { when: connect }',
  }),
  'let-time-pass': entry({
    schema: duration,
    article: 'other',
    doc: 'Advances the clock of all parties without waiting.',
    example: 'let-time-pass: 6m',
  }),
} as const;
