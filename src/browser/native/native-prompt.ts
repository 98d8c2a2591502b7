/** The prompts of a browser's own dialog, in terms that are common to all browsers. */
import type { EndReason, PinPrompt } from '#client/user-interaction.ts';
import type { DialogSnapshot } from './dialog-snapshot.ts';

export type NativePrompt =
  | { kind: 'pin'; pin: Pick<PinPrompt, 'kind' | 'problem'> }
  | { kind: 'presence' }
  | { kind: 'connect' }
  /** Whether the site may learn the make and model of the key. `ok` and `cancel` are the names of the buttons. */
  | { kind: 'review'; ok: string; cancel: string }
  | { kind: 'ended'; reason: EndReason };

/** The state of the key under test. */
export interface KeyStatus {
  connected: boolean;
  hasPin: boolean;
  pinBlocked: boolean;
}

/** Returns the prompt that a dialog shows, from its texts and the state of the key; undefined for none. Pure. */
export type ReadPrompt = (snapshot: DialogSnapshot | undefined, key: KeyStatus) => NativePrompt | undefined;
