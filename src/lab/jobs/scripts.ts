/** Pieces of the cases' shell scripts. */
import { resolve } from 'node:path';
import type { Carrier } from '../case.ts';
import { guestScripts, quoted } from '../guest-folder.ts';

const launcher = resolve(import.meta.dirname, '../../cli/touchstone.mjs');

/** A file of the guest's side, as a word of a shell. */
export const guestFile = (name: string): string => quoted(`${guestScripts}/${name}`);

/** Runs a command on a terminal and types the answers when it asks; `{ 'Enter PIN': '1234' }`. */
export function answering(answers: readonly (readonly [prompt: string, answer: string])[], command: string): string {
  const words = answers.flat().map(quoted).join(' ');
  return `/usr/bin/python3 ${guestFile('answer.py')} ${words} -- ${command}`;
}

/** Our own command line. */
export const touchstone = (args: string): string => `${quoted(process.execPath)} ${quoted(launcher)} ${args}`;

/** A browser that is busy must not keep key and test waiting: the guest has one processor. */
export const besideBrowser = (command: string): string => `nice -n -8 ${command}`;

/** Starts an emulated key that outlives the script; what it is asked goes to the key's log. */
export const startKey = (carrier: Carrier, persona: string, { more = '', run = touchstone } = {}): string =>
  `setsid ${run(`emulate --transport ${carrier} --persona ${persona} --seed lab ${more}`.trimEnd())} >>"$TOUCHSTONE_LAB/key.log" 2>&1 </dev/null &
echo $! >key.pid`;

/** Waits until a condition holds; the case's time limit ends it otherwise. */
export const until = (condition: string): string => `until ${condition} >/dev/null 2>&1; do sleep 0.1; done`;
