/** What a person at a real key reads when a case needs their hands, and where it is shown. */
import type { Handling, HandlingRequest } from './operator.ts';

export interface Prompt {
  handling: Handling;
  /** What is to be done, e.g. `Touch the blinking key`. */
  what: string;
  /** To which key, e.g. `YubiKey 5 NFC (serial 5234567)`. */
  which: string;
  /** Address of the key. */
  key: string;
  /** How long it is waited for; absent where there is nothing to do. */
  patienceMs?: number;
}

export interface PromptDisplay {
  /** Shows it until the function that is returned is called. */
  show(prompt: Prompt): () => void;
}

const plugged: Record<Handling, string> = {
  touch: 'Touch the blinking key',
  'keep-away': 'Do not touch the key',
  unplug: 'Unplug the key',
  'plug-in': 'Plug the key in',
  'power-cycle': 'Unplug the key and plug it in again',
};
const onReader: Record<Handling, string> = {
  touch: 'Hold the key to the reader',
  'keep-away': 'Leave the key where it is',
  unplug: 'Take the key off the reader',
  'plug-in': 'Lay the key on the reader',
  'power-cycle': 'Take the key off the reader and lay it back',
};

export function promptOf({ handling, key, patienceMs }: HandlingRequest): Prompt {
  const { label, address, serial } = key;
  const wording = address.startsWith('pcsc:') ? onReader : plugged;
  return {
    handling,
    what: wording[handling],
    which: `${shown(label)} (${serial ? `serial ${shown(serial)}` : shown(address)})`,
    key: address,
    ...(handling !== 'keep-away' && { patienceMs }),
  };
}

const longest = 60;

/** A key says of itself what it likes: in one line, and not too much. */
function shown(text: string): string {
  const characters = [...text.replace(unprintable, '?')];
  return characters.length > longest ? `${characters.slice(0, longest - 1).join('')}…` : characters.join('');
}
/** Control characters, and what turns the direction of the text around it (Unicode TR 9). */
const unprintable = /[\p{Cc}\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/gu;
