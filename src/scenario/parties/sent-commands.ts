/** Lets scenario steps wait for a command to go out to a key. */
import { shortName } from '../expect/observation.ts';
import type { WireCommand } from '../language/schema/wire.ts';

interface Waiter {
  command: WireCommand;
  resolve(): void;
}

export class SentCommands {
  readonly #waiters = new Set<Waiter>();

  /** Resolves when the next such command goes out. */
  when(command: WireCommand, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiter = { command, resolve };
      this.#waiters.add(waiter);
      signal.addEventListener('abort', () => reject(new Error(`${command} was not sent`, { cause: signal.reason })), {
        once: true,
      });
    });
  }

  /** `name` as the command table has it, with its sub-command behind a slash. */
  tell(name: string): void {
    const sent = shortName(name);
    for (const waiter of this.#waiters) {
      if (waiter.command !== sent && !sent.startsWith(`${waiter.command}/`)) continue;
      this.#waiters.delete(waiter);
      waiter.resolve();
    }
  }
}
