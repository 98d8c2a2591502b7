/**
 * Detects whether a key is plugged in, and waits until that changes. Keys on a bus are looked up in the list of the system; a key
 * behind a socket is asked itself.
 */
import { abortable, LinkedAbort } from '#base/async.ts';
import type { CtapDevice } from '#transport/device.ts';
import type { FoundDevice } from '#transport/transport.ts';
import { watchDevices } from '#transport/watch-devices.ts';
import type { RealKeyFacts } from './find-key.ts';

/** Sockets send no events, and some systems send them late. */
const pollMs = 500;

export interface PresenceParts {
  key: RealKeyFacts;
  listDevices(): Promise<FoundDevice[]>;
  open(address: string): Promise<CtapDevice>;
}

export class Presence {
  readonly #parts: PresenceParts;

  constructor(parts: PresenceParts) {
    this.#parts = parts;
  }

  /** Waits until the key is plugged in; resolves with its address, which may differ from the one before. */
  whenConnected(signal: AbortSignal): Promise<string> {
    return pollUntilDefined(() => this.#findAddress(), signal);
  }

  /** Waits until the key is unplugged. `device` is the open device of the key, if there is one. */
  async whenDisconnected(device: CtapDevice | undefined, signal: AbortSignal): Promise<void> {
    await pollUntilDefined(async () => ((await this.#isConnected(device)) ? undefined : true), signal);
  }

  /** Returns true if nothing is at the address of the key. */
  async isAbsent(): Promise<boolean> {
    const { key, listDevices } = this.#parts;
    if (!isListed(key.address)) return (await this.#findAddress()) === undefined;
    return !(await listDevices()).some(({ address }) => address === key.address);
  }

  async #findAddress(): Promise<string | undefined> {
    const { key, open } = this.#parts;
    if (isListed(key.address)) return await this.#findListedAddress();
    try {
      await using _device = await open(key.address);
      return key.address;
    } catch {
      return undefined;
    }
  }

  async #isConnected(device: CtapDevice | undefined): Promise<boolean> {
    if (isListed(this.#parts.key.address)) return (await this.#findListedAddress()) !== undefined;
    return device ? await answersGetInfo(device) : (await this.#findAddress()) !== undefined;
  }

  /** Finds the key by its port, otherwise by its serial number, otherwise by its address. */
  async #findListedAddress(): Promise<string | undefined> {
    const { key, listDevices } = this.#parts;
    const [scheme] = key.address.split(':');
    const isSameKey = (device: FoundDevice) =>
      key.port ? device.port === key.port : key.serial ? device.serial === key.serial : device.address === key.address;
    const found = (await listDevices()).find(
      (device) => device.address.startsWith(`${scheme}:`) && !device.obstacle && isSameKey(device),
    );
    return found?.address;
  }
}

/** Calls `check` now, after every change of the listed devices and regularly, until it returns a value. Calls never overlap. */
async function pollUntilDefined<T>(check: () => Promise<T | undefined>, signal: AbortSignal): Promise<T> {
  using polling = new LinkedAbort(signal);
  let timer: NodeJS.Timeout | undefined;
  const result = new Promise<T>((resolve, reject) => {
    let isChecking = false;
    const poll = async () => {
      if (isChecking || polling.signal.aborted) return;
      isChecking = true;
      const value = await check().finally(() => {
        isChecking = false;
      });
      if (value !== undefined) resolve(value);
    };
    const startPoll = () => void poll().catch(reject);
    timer = setInterval(startPoll, pollMs);
    void watchDevices(startPoll, polling.signal).catch(reject);
    startPoll();
  });
  try {
    return await abortable(result, signal);
  } finally {
    clearInterval(timer);
  }
}

const isListed = (address: string): boolean => /^(hidraw|hid|usb|pcsc):/.test(address);

/** authenticatorGetInfo does not change the key. */
async function answersGetInfo(device: CtapDevice): Promise<boolean> {
  try {
    await device.transact(new Uint8Array([0x04]));
    return true;
  } catch {
    return false;
  }
}
