/** A process that opens a journal when it is told to, and says on stdout how that went. It ends with its stdin, and closes nothing. */
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { FileJournal } from '../../index.ts';

const [, , path = ''] = process.argv;
const say = (line: string) => writeSync(1, `${line}\n`);

say('ready');
for await (const _ of createInterface({ input: process.stdin })) {
  try {
    new FileJournal(path);
    say('has it');
  } catch (error) {
    say(`${(error as Error).name}: ${(error as Error).message}`);
  }
}
