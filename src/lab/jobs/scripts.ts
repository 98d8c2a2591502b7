/** Building blocks of the cases' shell scripts. */
import { resolve } from 'node:path';
import type { LabTransport } from '../case.ts';
import { guestScriptsFolder, shellQuote } from '../guest-folder.ts';

const launcher = resolve(import.meta.dirname, '../../cli/touchstone.mjs');

/** Returns the quoted path of a script in the `guest` folder. */
export const guestScriptPath = (name: string): string => shellQuote(`${guestScriptsFolder}/${name}`);

/** Returns a command that runs `command` on a terminal and answers its prompts, each once and in order. */
export function answerPrompts(
  answers: readonly (readonly [prompt: string, answer: string])[],
  command: string,
): string {
  const words = answers.flat().map(shellQuote).join(' ');
  return `/usr/bin/python3 ${guestScriptPath('answer_prompts.py')} ${words} -- ${command}`;
}

/** Returns a `touchstone` command. */
export const touchstoneCommand = (args: string): string =>
  `${shellQuote(process.execPath)} ${shellQuote(launcher)} ${args}`;

/** Returns `command` with a higher priority than browsers: the guest has one CPU, and a busy browser would delay key and test. */
export const withHighPriority = (command: string): string => `nice -n -8 ${command}`;

/** Returns a script that starts an emulated key in the background, where it runs longer than the script. It writes to the key's log. */
export const startKey = (
  transport: LabTransport,
  persona: string,
  { moreArgs = '', toCommand = touchstoneCommand } = {},
): string =>
  `setsid ${toCommand(`emulate --transport ${transport} --persona ${persona} --seed lab ${moreArgs}`.trimEnd())} >>"$TOUCHSTONE_LAB/key.log" 2>&1 </dev/null &
echo $! >key.pid`;

/** Returns a script that waits until a condition is true. It has no time limit, because the case has one. */
export const waitUntil = (condition: string): string => `until ${condition} >/dev/null 2>&1; do sleep 0.1; done`;
