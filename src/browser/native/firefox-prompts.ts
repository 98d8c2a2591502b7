/** What Firefox asks, from what its prompts say (English, as found on Firefox ESR 153) and what the key has told it. Pure. */
import type { EndReason } from '#client/user-interaction.ts';
import type { ReadPrompt } from './native-prompt.ts';

/** Its prompts have no titles: the first thing that they say is what tells them apart. */
export const firefoxPrompt: ReadPrompt = (sight, key) => {
  if (!sight) return undefined;
  const says = (words: string) => sight.title.includes(words);
  if (says('enter the PIN for your device') || says('Incorrect PIN')) return { kind: 'pin', pin: { kind: 'enter' } };
  if (says('Touch your security key')) return { kind: key.connected ? 'presence' : 'connect' };
  if (says('requesting extended information')) return { kind: 'review', ok: 'Allow', cancel: 'Block' };
  const [, reason] = lastPrompts.find(([words]) => says(words)) ?? [];
  return reason && { kind: 'ended', reason };
};

/** Prompts with nothing but a way out. */
const lastPrompts: readonly (readonly [words: string, EndReason])[] = [
  ['already registered', 'already-registered'],
  ['temporarily blocked', 'pin-soft-locked'],
  ['device has been locked', 'pin-blocked'],
  ['built-in user verification method has been blocked', 'pin-blocked'],
  ['need to set a PIN', 'device-unsuitable'],
];
