/**
 * A process that owns a guest: starts a process with a child, hands both to EndWithParent, prints their ids
 * and that of the waiting shell, and waits to be killed, or with the second argument `end` ends. First argument: the folder of the guest.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { EndWithParent } from '../end-with-parent.ts';

const [, , folder = '', mode = 'wait'] = process.argv;
const end = new EndWithParent(folder);
const guest = spawn('/bin/sh', ['-c', 'sleep 600 & echo $! && wait'], {
  stdio: ['ignore', 'pipe', 'ignore'],
  detached: true,
});
end.watch(guest.pid);
const [child] = (await once(guest.stdout.setEncoding('utf8'), 'data')) as [string];
const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(' ').map(Number);
const shell = children.find((pid) => pid !== guest.pid);
process.stdout.write(`${guest.pid} ${child.trim()} ${shell}\n`);
if (mode === 'end') {
  end[Symbol.dispose]();
  guest.unref();
  guest.stdout.destroy();
}
