/** Recognizes Firefox's prompts by their English texts, observed on Firefox ESR 153. Pure. */
import type { EndReason } from '#client/user-interaction.ts';
import type { ReadPrompt } from './native-prompt.ts';

/** Firefox's prompts have no title; the title of the snapshot is their first label. */
export const firefoxPrompt: ReadPrompt = (snapshot, key) => {
  if (!snapshot) return undefined;
  const contains = (text: string) => snapshot.title.includes(text);
  if (contains('enter the PIN for your device') || contains('Incorrect PIN'))
    return { kind: 'pin', pin: { kind: 'enter' } };
  if (contains('Touch your security key')) return { kind: key.connected ? 'presence' : 'connect' };
  if (contains('requesting extended information')) return { kind: 'review', ok: 'Allow', cancel: 'Block' };
  const [, reason] = lastPrompts.find(([text]) => contains(text)) ?? [];
  return reason && { kind: 'ended', reason };
};

/** Last prompts of a ceremony, by a part of their text. */
const lastPrompts: readonly (readonly [text: string, EndReason])[] = [
  ['already registered', 'already-registered'],
  ['temporarily blocked', 'pin-soft-locked'],
  ['device has been locked', 'pin-blocked'],
  ['built-in user verification method has been blocked', 'pin-blocked'],
  ['need to set a PIN', 'device-unsuitable'],
];
