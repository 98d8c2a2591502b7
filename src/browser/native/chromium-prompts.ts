/** What Chromium's dialog asks, from what it says (English, as found on Chromium 156) and what the key has told it. Pure. */
import type { EndReason } from '#client/user-interaction.ts';
import type { KeyStatus, ReadPrompt } from './native-prompt.ts';

const minPinLength = 'PIN must be at least';

export const chromiumPrompt: ReadPrompt = (sight, key) => {
  if (!sight) return undefined;
  const { title, texts } = sight;
  if (title.startsWith('Use your security key')) return { kind: key.connected ? 'presence' : 'connect' };
  if (title === 'PIN required') {
    const problem = texts.some((text) => text.startsWith(minPinLength)) ? ({ problem: 'too-short' } as const) : {};
    return { kind: 'pin', pin: { kind: key.hasPin ? 'enter' : 'set', ...problem } };
  }
  const reason = lastPages[title]?.(key);
  return reason && { kind: 'ended', reason };
};

/** Pages with nothing but a way out; the page's promise is settled when they are closed. */
const lastPages: Record<string, (key: KeyStatus) => EndReason> = {
  'Something went wrong': ({ connected, pinBlocked }) =>
    !connected ? 'key-removed' : pinBlocked ? 'pin-blocked' : 'pin-soft-locked',
  'Try a different device': () => 'already-registered',
  'Try a different security key': () => 'not-recognised',
  "Your device can't be used with this site": () => 'device-unsuitable',
};
