/** A process that opens a journal for each line on stdin and reports the result on stdout. It ends when stdin ends, and closes nothing. */
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { FileJournal } from '../../index.ts';

const [, , path = ''] = process.argv;
const report = (line: string) => writeSync(1, `${line}\n`);

report('ready');
for await (const _ of createInterface({ input: process.stdin })) {
  try {
    new FileJournal(path);
    report('locked');
  } catch (error) {
    report(`${(error as Error).name}: ${(error as Error).message}`);
  }
}
