/** The prompt for a manual action on a real key, and where it is shown. */
import type { ManualAction, ManualActionRequest } from './operator.ts';

export interface ManualActionPrompt {
  action: ManualAction;
  /** The action as an instruction, e.g. `Touch the blinking key`. */
  what: string;
  /** The key, e.g. `YubiKey 5 NFC (serial 5234567)`. */
  which: string;
  /** Address of the key. */
  key: string;
  /** Time limit in milliseconds; absent if there is nothing to do. */
  timeoutMs?: number;
}

export interface PromptDisplay {
  /** Shows the prompt. Returns a function that hides it. */
  show(prompt: ManualActionPrompt): () => void;
}

const usbInstructions: Record<ManualAction, string> = {
  touch: 'Touch the blinking key',
  'keep-away': 'Do not touch the key',
  unplug: 'Unplug the key',
  'plug-in': 'Plug the key in',
  'power-cycle': 'Unplug the key and plug it in again',
};
const readerInstructions: Record<ManualAction, string> = {
  touch: 'Hold the key to the reader',
  'keep-away': 'Leave the key where it is',
  unplug: 'Take the key off the reader',
  'plug-in': 'Place the key on the reader',
  'power-cycle': 'Take the key off the reader and place it back',
};

export function createPrompt({ action, key, timeoutMs }: ManualActionRequest): ManualActionPrompt {
  const { label, address, serial } = key;
  const instructions = address.startsWith('pcsc:') ? readerInstructions : usbInstructions;
  return {
    action,
    what: instructions[action],
    which: `${toDisplayText(label)} (${serial ? `serial ${toDisplayText(serial)}` : toDisplayText(address)})`,
    key: address,
    ...(action !== 'keep-away' && { timeoutMs }),
  };
}

const maxLength = 60;

/** Limits a text that comes from a key to one short line. */
function toDisplayText(text: string): string {
  const characters = [...text.replace(unprintable, '?')];
  return characters.length > maxLength ? `${characters.slice(0, maxLength - 1).join('')}…` : characters.join('');
}
/** Control characters, and characters that change the direction of text (Unicode TR 9). */
const unprintable = /[\p{Cc}\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/gu;
