/** Steps `create-pin`, `enter-pin`, `change-pin`: each waits until the dialog asks for that, then types; a list is typed one at each prompt. */
import type { PinPrompt } from '#client/user-interaction.ts';
import { step } from './step.ts';
import type { World } from './step-context.ts';

export const createPin = step({
  keyword: 'create-pin',
  run: (pins, world, signal) => typePins('set', pins, world, signal),
});
export const enterPin = step({
  keyword: 'enter-pin',
  run: (pins, world, signal) => typePins('enter', pins, world, signal),
});
export const changePin = step({
  keyword: 'change-pin',
  run: (pins, world, signal) => typePins('change', pins, world, signal),
});

async function typePins(
  kind: PinPrompt['kind'],
  pins: string | readonly string[],
  { dialog, key }: World,
  signal: AbortSignal,
): Promise<void> {
  for (const pin of [pins].flat()) {
    const { detail, answer } = await dialog.whenAskedFor(['pin'], signal);
    if (detail.kind !== kind) throw new Error(`cannot ${kind} a PIN: the dialog asks to ${detail.kind} one`);
    answer(key.pinMeant(pin, kind));
  }
}
