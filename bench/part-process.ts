/** Runs each part in a separate process, so that no part is measured with the heap, the caches and the compiled code of an earlier one. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Row } from './row.ts';

/**
 * Runs the part `name` with the program `partProgram` and returns its rows.
 * @throws {Error} when the process ends without rows; its own message is on stderr.
 */
export async function runPart(partProgram: string, name: string): Promise<Row[]> {
  const child = fork(partProgram, [name]);
  let rows: Row[] | undefined;
  child.once('message', (message) => {
    rows = message as Row[];
  });
  const [code] = await once(child, 'exit');
  if (code !== 0 || !rows) throw new Error(`Cannot measure ${name}: its process ended with exit code ${code}`);
  return rows;
}
