/** Steps `create-pin`, `enter-pin`, `change-pin`: wait until the dialog asks for a PIN, then type it. A list has one PIN for each prompt. */
import type { PinPrompt } from '#client/user-interaction.ts';
import { step } from './step.ts';
import type { StepContext } from './step-context.ts';

export const createPin = step({
  keyword: 'create-pin',
  run: (pins, context, signal) => typePins('set', pins, context, signal),
});
export const enterPin = step({
  keyword: 'enter-pin',
  run: (pins, context, signal) => typePins('enter', pins, context, signal),
});
export const changePin = step({
  keyword: 'change-pin',
  run: (pins, context, signal) => typePins('change', pins, context, signal),
});

async function typePins(
  kind: PinPrompt['kind'],
  pins: string | readonly string[],
  { dialog, key }: StepContext,
  signal: AbortSignal,
): Promise<void> {
  for (const pin of [pins].flat()) {
    const { detail, answer } = await dialog.whenAskedFor(['pin'], signal);
    if (detail.kind !== kind) throw new Error(`Cannot ${kind} a PIN: the dialog asks to ${detail.kind} one`);
    answer(key.resolvePin(pin, kind));
  }
}
