/** Recognizes the prompts of Chromium's dialog by their English texts, observed on Chromium 156. Pure. */
import type { EndReason } from '#client/user-interaction.ts';
import type { KeyStatus, ReadPrompt } from './native-prompt.ts';

const pinTooShort = 'PIN must be at least';

export const chromiumPrompt: ReadPrompt = (snapshot, key) => {
  if (!snapshot) return undefined;
  const { title, texts } = snapshot;
  if (title.startsWith('Use your security key')) return { kind: key.connected ? 'presence' : 'connect' };
  if (title === 'PIN required') {
    const problem = texts.some((text) => text.startsWith(pinTooShort)) ? ({ problem: 'too-short' } as const) : {};
    return { kind: 'pin', pin: { kind: key.hasPin ? 'enter' : 'set', ...problem } };
  }
  const reason = lastPages[title]?.(key);
  return reason && { kind: 'ended', reason };
};

/** Last pages of the dialog by title. The promise of the web page settles when they are closed. */
const lastPages: Record<string, (key: KeyStatus) => EndReason> = {
  'Something went wrong': ({ connected, pinBlocked }) =>
    !connected ? 'key-removed' : pinBlocked ? 'pin-blocked' : 'pin-soft-locked',
  'Try a different device': () => 'already-registered',
  'Try a different security key': () => 'not-recognised',
  "Your device can't be used with this site": () => 'device-unsuitable',
};
