/**
 * One-time faults: the cable is pulled, the power fails or no answer comes during one command. Faults that an authenticator
 * has all the time are defects; see `defects/` and `fault-hooks.ts`.
 */
import type { CommandName } from '#protocol/commands.ts';
import { TransportError } from '#protocol/errors.ts';
import { type CtapStatusName, ctapStatus } from '#protocol/status.ts';

/**
 * When a fault happens: `arrival`: before the command is executed; `before-answer`: after it is executed and before the answer is
 * sent (default); `afterKeepalives`: after that many keepalives, or before the answer if there are fewer.
 */
export type FaultMoment = 'arrival' | 'before-answer' | { afterKeepalives: number };

/**
 * What a fault does. `disconnect`: unplugs the device until it is plugged in again; `power-cut`: the power fails and returns
 * at once; `silence`: sends no answer, so that the host times out; `truncate`: sends the first half of the answer;
 * `{ status }`: sends that status instead of the answer.
 */
export type FaultEffect = 'disconnect' | 'power-cut' | 'silence' | 'truncate' | { status: CtapStatusName };

/** A fault during the next command with the name `at`. */
export interface Fault {
  /** The command during which the fault happens. */
  at: CommandName;
  /** Default: `before-answer`. */
  when?: FaultMoment;
  /** What happens. */
  do: FaultEffect;
}

/** The faults planned for the commands to come. Each happens once. */
export class FaultPlan {
  readonly #planned: Fault[] = [];

  /** Adds a fault for the next command with the name `fault.at`. */
  plan(fault: Fault): void {
    this.#planned.push(fault);
  }

  /** Removes and returns the next fault planned for this command. */
  take(at: CommandName | undefined): Fault | undefined {
    const index = this.#planned.findIndex((fault) => fault.at === at);
    return index < 0 ? undefined : this.#planned.splice(index, 1)[0];
  }
}

/** The host's view of a power loss. `staysDisconnected`: the device has to be plugged in again. */
export class PowerLost extends TransportError {
  readonly staysDisconnected: boolean;
  constructor(staysDisconnected: boolean) {
    super('disconnected', 'The authenticator was disconnected during the command');
    this.staysDisconnected = staysDisconnected;
  }
}

/** Returns the answer as changed by the effect; undefined if no answer is to be sent. */
export function corruptAnswer(answer: Uint8Array, effect: FaultEffect): Uint8Array | undefined {
  if (effect === 'silence') return undefined;
  if (effect === 'truncate') return answer.slice(0, Math.ceil(answer.length / 2));
  return typeof effect === 'object' ? new Uint8Array([ctapStatus[effect.status]]) : answer;
}
