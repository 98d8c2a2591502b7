/** Handles a closed output pipe, e.g. `touchstone schema | head -1`: ends the process without a stack trace. */

/**
 * Ends the process with `exitCode` when the program that reads its output has closed the pipe.
 *
 * The exit code is 0, as in most command-line tools for Node.js: the reader has read all that it needs. (A C program would end with SIGPIPE,
 * which shells report as 141.) Commands whose exit code is a verdict pass another code, because they must not look passed.
 * @param {number} [exitCode]
 * @param {readonly NodeJS.WritableStream[]} [streams]
 */
export function exitOnClosedPipe(exitCode = 0, streams = [process.stdout, process.stderr]) {
  for (const stream of streams) {
    stream.on('error', (/** @type {NodeJS.ErrnoException} */ error) => {
      if (error.code !== 'EPIPE') throw error;
      process.exit(exitCode);
    });
  }
}
