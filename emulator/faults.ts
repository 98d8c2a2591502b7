/** Accidents planned for one command: the cable is pulled, the power fails, nothing comes back. What a device does wrong all the time is in `defects.ts`. */
import type { CommandName } from '#protocol/commands.ts';
import { TransportError } from '#protocol/errors.ts';
import { type CtapStatusName, ctapStatus } from '#protocol/status.ts';

/** When it strikes: before anything is done, after the n-th keepalive (or instead of the answer, when there are fewer), or when all is done but the answer. */
export type FaultMoment = 'arrival' | 'before-answer' | { afterKeepalives: number };

/**
 * `disconnect`: unplugged until somebody plugs it in; `power-cut`: the power fails and is back at once; `silence`: no
 * answer until the host gives up; `truncate`: half of the answer; `{ status }`: that status instead of the answer.
 */
export type FaultEffect = 'disconnect' | 'power-cut' | 'silence' | 'truncate' | { status: CtapStatusName };

/** An accident during the next command of one kind. */
export interface Fault {
  at: CommandName;
  when?: FaultMoment;
  do: FaultEffect;
}

/** Faults wait here for their command; each strikes once. */
export class FaultPlan {
  readonly #planned: Fault[] = [];

  plan(fault: Fault): void {
    this.#planned.push(fault);
  }

  /** Takes the next fault for this command. */
  take(at: CommandName | undefined): Fault | undefined {
    const index = this.#planned.findIndex((fault) => fault.at === at);
    return index < 0 ? undefined : this.#planned.splice(index, 1)[0];
  }
}

/** How a cut shows to the host. `staysAway`: the device has to be plugged in again. */
export class PowerLost extends TransportError {
  readonly staysAway: boolean;
  constructor(staysAway: boolean) {
    super('disconnected', 'the authenticator was disconnected during the command');
    this.staysAway = staysAway;
  }
}

/** What is left of an answer. Undefined is silence. */
export function spoil(answer: Uint8Array, effect: FaultEffect): Uint8Array | undefined {
  if (effect === 'silence') return undefined;
  if (effect === 'truncate') return answer.slice(0, Math.ceil(answer.length / 2));
  return typeof effect === 'object' ? new Uint8Array([ctapStatus[effect.status]]) : answer;
}
