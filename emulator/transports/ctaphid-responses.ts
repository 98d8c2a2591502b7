/** Sends the messages of a CTAPHID device as reports: responses, errors and keepalives. A defect can change them. */
import type { Clock } from '#base/clock.ts';
import { type CtapHidError, ctapHidCommands, ctapHidErrors, fragment, keepaliveStatus } from '#protocol/ctaphid.ts';
import type { Keepalive } from '../session.ts';
import type { TransportFaults } from '../transport-rules.ts';
import type { CtapHidDeviceOptions } from './ctaphid-device-options.ts';
import { DelayedPackets } from './delayed-packets.ts';

/** A defect changes no packets of these: without INIT no host could open the device, and a keepalive has only one packet. */
const unalteredCommands: readonly number[] = [ctapHidCommands.INIT, ctapHidCommands.KEEPALIVE];
const keepalivePayload: Record<Keepalive, Uint8Array> = {
  processing: new Uint8Array([keepaliveStatus.processing]),
  upneeded: new Uint8Array([keepaliveStatus.upneeded]),
};

export class CtapHidResponses {
  readonly #options: Pick<CtapHidDeviceOptions, 'alterPackets' | 'send'>;
  readonly #change: TransportFaults['hidMessage'];
  readonly #alteredPackets: DelayedPackets;

  constructor(options: Pick<CtapHidDeviceOptions, 'alterPackets' | 'send'>, faults: TransportFaults, clock: Clock) {
    this.#options = options;
    this.#change = faults.hidMessage;
    this.#alteredPackets = new DelayedPackets(clock, (report) => options.send(report));
  }

  send(channel: number, command: number, payload: Uint8Array): void {
    const message = this.#change({ channel, command, payload });
    const reports = fragment(message.channel, message.command, message.payload);
    const { alterPackets, send } = this.#options;
    if (alterPackets && !unalteredCommands.includes(command))
      void this.#alteredPackets.send(alterPackets(reports.map((report) => ({ report }))));
    else for (const report of reports) send(report);
  }

  sendError(channel: number, error: CtapHidError): void {
    this.send(channel, ctapHidCommands.ERROR, new Uint8Array([ctapHidErrors[error]]));
  }

  sendKeepalive(channel: number, status: Keepalive): void {
    this.send(channel, ctapHidCommands.KEEPALIVE, keepalivePayload[status]);
  }

  /** The power is lost: packets that wait are not sent. */
  clear(): void {
    this.#alteredPackets.clear();
  }
}
