/** Work that Ctrl+C or a CI system's SIGTERM ends in an orderly way. */

const stopSignals = ['SIGINT', 'SIGTERM'] as const;

/** Runs `work` with a signal that aborts when this process is told to end. */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const ended = new AbortController();
  const end = () => ended.abort();
  for (const name of stopSignals) process.on(name, end);
  try {
    return await work(ended.signal);
  } finally {
    for (const name of stopSignals) process.off(name, end);
  }
}
