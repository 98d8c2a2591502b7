/**
 * Ends a guest and removes its folder when this process is killed with SIGKILL and cannot do so itself. A shell waits for the end of its
 * standard input, which the system closes with this process.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Writable } from 'node:stream';

/** Input: the process id of the guest, then `done` if nothing is left to end. */
const script = `
pid=
while read -r line; do
  case $line in
    done) exit 0 ;;
    *) pid=$line ;;
  esac
done
end_tree() {
  kill -STOP "$1" 2>/dev/null # so that it starts no further process
  for child in $(cat /proc/"$1"/task/*/children 2>/dev/null); do end_tree "$child"; done
  kill -KILL "$1" 2>/dev/null
}
[ -z "$pid" ] || end_tree "$pid"
rm -rf -- "$1"
`;

export class EndWithParent implements Disposable {
  readonly #shell: ChildProcessByStdio<Writable, null, null>;

  /** Removes `folder` if this process is killed before this object is disposed. */
  constructor(folder: string) {
    // Its own session: Ctrl+C and signals to the process group of this process do not reach it.
    this.#shell = spawn('/bin/sh', ['-c', script, 'sh', folder], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    this.#shell.stdin.on('error', () => undefined); // it was killed; the guest is then ended only by this process
    this.#shell.on('error', () => undefined);
    this.#shell.unref();
  }

  /** Also ends this process and its descendants. */
  watch(pid: number | undefined): void {
    if (pid !== undefined) this.#shell.stdin.write(`${pid}\n`);
  }

  [Symbol.dispose](): void {
    this.#shell.stdin.end('done\n');
  }
}
