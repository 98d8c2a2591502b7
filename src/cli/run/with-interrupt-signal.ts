/** Runs work that Ctrl+C (SIGINT) or SIGTERM aborts instead of ending the process. */

const stopSignals = ['SIGINT', 'SIGTERM'] as const;

/** Runs `work` with a signal that aborts when this process receives SIGINT or SIGTERM. */
export async function withInterruptSignal<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const interrupted = new AbortController();
  const interrupt = () => interrupted.abort();
  for (const name of stopSignals) process.on(name, interrupt);
  try {
    return await work(interrupted.signal);
  } finally {
    for (const name of stopSignals) process.off(name, interrupt);
  }
}
