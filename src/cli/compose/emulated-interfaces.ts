/** The layers below CTAP messages of an emulated authenticator, without sockets: time passes only while the authenticator has nothing to send. */
import { setImmediate } from 'node:timers/promises';
import type { AdjustableClock } from '#base/clock.ts';
import type { Random } from '#base/random.ts';
import type { CardInterface, HidInterface } from '#conformance/authenticator/test-target.ts';
import { type Authenticator, insertCard, plugInHid } from '#emulator';
import { TransportError } from '#protocol/errors.ts';

/** Short enough to measure the interval of keepalives. */
const stepMs = 20;
/** A card answers or reports its status within this time. */
const maxAnswerMs = 35_000;

/** An interface that loses its state with the power. */
export interface EmulatedInterface {
  powerCycle(): void;
}

/** Resolves when the authenticator has processed what it received, unless it waits for the user or for time to pass. */
export async function settle(): Promise<void> {
  await setImmediate();
  await setImmediate();
}

/** Plugs the authenticator in as a HID device. */
export function emulateHid(
  authenticator: Authenticator,
  clock: AdjustableClock,
  random: Random,
): HidInterface & EmulatedInterface {
  const device = plugInHid(authenticator, { clock, random, wink: () => undefined });
  const received: Uint8Array[] = [];
  device.onReport((report) => received.push(report.slice()));
  return {
    send: (report) => device.send(report),
    async receive(timeoutMs) {
      for (let waitedMs = 0; ; waitedMs += stepMs) {
        if (received.length === 0) await settle();
        const report = received.shift();
        if (report || waitedMs >= timeoutMs) return report;
        clock.advance(stepMs);
      }
    },
    now: () => clock.monotonic(),
    powerCycle() {
      device.powerCycle();
      received.length = 0;
    },
  };
}

/** Inserts the authenticator into a reader as a card. */
export function emulateCard(authenticator: Authenticator, clock: AdjustableClock): CardInterface & EmulatedInterface {
  let slot = insertCard(authenticator, { clock });
  return {
    async transmit(apdu) {
      let isPending = true;
      const response = slot.transmit(apdu).finally(() => {
        isPending = false;
      });
      response.catch(() => undefined); // the loop may end first
      for (let waitedMs = 0; waitedMs < maxAnswerMs; waitedMs += stepMs) {
        await settle();
        if (!isPending) return response;
        clock.advance(stepMs);
      }
      throw new TransportError('timeout', `The card does not answer within ${maxAnswerMs / 1000} seconds`);
    },
    powerCycle() {
      slot.powerCycle();
      slot = insertCard(authenticator, { clock });
    },
  };
}
