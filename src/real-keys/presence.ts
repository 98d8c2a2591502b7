/** Whether a key is there, and when that changes. What the system lists is looked up; behind a socket the key itself is asked. */
import { watchDevices } from '#transport/changes.ts';
import type { CtapDevice } from '#transport/device.ts';
import type { FoundDevice } from '#transport/transport.ts';
import type { RealKeyFacts } from './find-key.ts';

/** Sockets tell nothing, and some systems tell late. */
const everyMs = 500;

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

  /** Resolves with the address when the key is there; the node may have another number than before. */
  async whenThere(signal: AbortSignal): Promise<string> {
    let address: string | undefined;
    await this.#until(async () => {
      address = await this.#address();
      return address !== undefined;
    }, signal);
    return address!;
  }

  /** Resolves when the key is gone; `device` is a way to it that is open. */
  async whenGone(device: CtapDevice | undefined, signal: AbortSignal): Promise<void> {
    await this.#until(async () => !(await this.#isThere(device)), signal);
  }

  /** Whether nothing is where the key was. */
  async isAway(): Promise<boolean> {
    const { key, listDevices } = this.#parts;
    if (!isListed(key.address)) return (await this.#address()) === undefined;
    return !(await listDevices()).some(({ address }) => address === key.address);
  }

  async #address(): Promise<string | undefined> {
    const { key, open } = this.#parts;
    if (isListed(key.address)) return await this.#listed();
    try {
      await using _device = await open(key.address);
      return key.address;
    } catch {
      return undefined;
    }
  }

  async #isThere(device: CtapDevice | undefined): Promise<boolean> {
    if (isListed(this.#parts.key.address)) return (await this.#listed()) !== undefined;
    return device ? await answers(device) : (await this.#address()) !== undefined;
  }

  /** By its place or its serial number; a node without either is known by its own name. */
  async #listed(): Promise<string | undefined> {
    const { key, listDevices } = this.#parts;
    const [scheme] = key.address.split(':');
    const same = (device: FoundDevice) =>
      key.port ? device.port === key.port : key.serial ? device.serial === key.serial : device.address === key.address;
    const found = (await listDevices()).find(
      (device) => device.address.startsWith(`${scheme}:`) && !device.obstacle && same(device),
    );
    return found?.address;
  }

  async #until(holds: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    const either = AbortSignal.any([signal, over.signal]);
    let timer: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        let looking = false;
        const look = async () => {
          if (looking) return;
          looking = true;
          if (await holds().finally(() => (looking = false))) resolve();
        };
        const soon = () => void look().catch(reject);
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
        timer = setInterval(soon, everyMs);
        void watchDevices(soon, either).catch(reject);
        if (signal.aborted) reject(signal.reason);
        else soon();
      });
    } finally {
      clearInterval(timer);
      over.abort();
    }
  }
}

const isListed = (address: string): boolean => /^(hidraw|hid|usb|pcsc):/.test(address);

/** getInfo changes nothing. */
async function answers(device: CtapDevice): Promise<boolean> {
  try {
    await device.transact(new Uint8Array([0x04]));
    return true;
  } catch {
    return false;
  }
}
