/** What a browser's own dialog can ask, whichever browser it is. */
import type { EndReason, PinPrompt } from '#client/user-interaction.ts';
import type { DialogSnapshot } from './dialog-snapshot.ts';

export type NativePrompt =
  | { kind: 'pin'; pin: Pick<PinPrompt, 'kind' | 'problem'> }
  | { kind: 'presence' }
  | { kind: 'connect' }
  /** Whether the site may learn make and model of the key; with the names of the buttons for yes and no. */
  | { kind: 'review'; ok: string; cancel: string }
  | { kind: 'ended'; reason: EndReason };

/** The key as this machine sees it. */
export interface KeyStatus {
  connected: boolean;
  hasPin: boolean;
  pinBlocked: boolean;
}

/** What a dialog asks, from what it says and what the key has told the browser; undefined while it asks nothing. Pure. */
export type ReadPrompt = (sight: DialogSnapshot | undefined, key: KeyStatus) => NativePrompt | undefined;
