/** A CTAPHID device with an emulated authenticator, and a host that sends packets to it and collects its reports. */
import { fromHex, toHex } from '#base/bytes.ts';
import { seededRandom } from '#base/seeded-random.ts';
import { ManualClock } from '#base/testing/manual-clock.ts';
import {
  broadcastChannel,
  ctapHidCommands,
  ctapHidErrorName,
  decodeInitResponse,
  fragment,
  parsePacket,
} from '#protocol/ctaphid.ts';
import { type HidMessage, Reassembler } from '#protocol/ctaphid-reassembler.ts';
import { createAuthenticator, ManualGestures } from '../../index.ts';
import { CtapHidDevice } from '../ctaphid-device.ts';
import type { CtapHidDeviceOptions } from '../ctaphid-device-options.ts';

/** authenticatorGetInfo: answers without a gesture. */
export const getInfo = new Uint8Array([0x04]);
/** authenticatorSelection: waits for a touch. */
export const selection = new Uint8Array([0x0b]);
export const nonce = fromHex('0102030405060708');

/** Resolves when everything that needs no timer has happened. */
export const settled = () => new Promise(setImmediate);

export class CtapHidTestHost {
  readonly clock = new ManualClock();
  readonly gestures = new ManualGestures();
  /** Times at which the device was asked to wink. */
  readonly winks: number[] = [];
  readonly device: CtapHidDevice;
  #reports: Uint8Array[] = [];

  constructor(options: Partial<CtapHidDeviceOptions> = {}) {
    const { clock, gestures } = this;
    const authenticator = createAuthenticator({ persona: 'touchstone-key', clock, gestures });
    this.device = new CtapHidDevice({
      process: (message, processOptions) => authenticator.process(message, processOptions),
      send: (report) => this.#reports.push(report),
      wink: () => this.winks.push(clock.now()),
      clock,
      random: seededRandom('ctaphid'),
      deviceVersion: [5, 4, 3],
      ...options,
    });
  }

  /** Sends a message, or only its first `packets` packets. */
  send(channel: number, command: number, payload: Uint8Array = new Uint8Array(0), packets?: number): void {
    this.sendPackets(fragment(channel, command, payload).slice(0, packets));
  }

  sendPackets(packets: readonly Uint8Array[]): void {
    for (const packet of packets) this.device.receive(packet);
  }

  /** Sends one report, given in hex and padded with zeros. */
  sendHex(hex: string): void {
    this.device.receive(fromHex(hex.replaceAll(' ', '').padEnd(128, '0')));
  }

  /** Returns the messages received since the last call as `command payload`; errors by name. */
  received(): string[] {
    return this.receivedMessages().map(({ command, payload }) =>
      command === ctapHidCommands.ERROR ? `${ctapHidErrorName(payload[0] ?? 0)}` : `${command} ${toHex(payload)}`,
    );
  }

  /** Returns the messages received since the last call. */
  receivedMessages(): HidMessage[] {
    const messages: HidMessage[] = [];
    let incomplete: Reassembler | undefined;
    for (const packet of this.#reports.splice(0).map(parsePacket)) {
      if (incomplete) incomplete.accept(packet);
      else incomplete = new Reassembler(packet as never);
      if (!incomplete.message) continue;
      messages.push(incomplete.message);
      incomplete = undefined;
    }
    return messages;
  }

  /** Sends INIT on `channel` and returns the decoded response. */
  init(channel: number = broadcastChannel) {
    this.send(channel, ctapHidCommands.INIT, nonce);
    const response = this.receivedMessages().at(-1);
    if (!response) throw new Error('Expected a response to INIT');
    return decodeInitResponse(response.payload);
  }

  /** Allocates a channel and returns its number. */
  allocateChannel(): number {
    return this.init().channel;
  }
}
