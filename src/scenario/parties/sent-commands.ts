/** Lets steps wait until a command is sent to a key. */
import { Waiters } from '#base/async.ts';
import { shortCommandName, type WireCommand } from '../language/schema/wire.ts';

export class SentCommands {
  readonly #waiters = new Waiters<string>();

  /** How many steps wait for a command. */
  get waiting(): number {
    return this.#waiters.size;
  }

  /**
   * Waits until the next such command is sent; `clientPIN` means all of its subcommands.
   * @throws {Error} if `signal` aborts first, or is aborted already; its cause is the reason of the signal.
   */
  async waitFor(command: WireCommand, signal: AbortSignal): Promise<void> {
    try {
      await this.#waiters.wait(signal, (sent) => sent === command || sent.startsWith(`${command}/`));
    } catch (cause) {
      throw new Error(`The command ${command} was not sent`, { cause });
    }
  }

  /** Reports a command that is sent. `name` is its name in the command table, with the subcommand after a slash. */
  notify(name: string): void {
    this.#waiters.notify(shortCommandName(name));
  }
}
