/** A host that has imported a key over USB/IP: its requests, the transfers that are pending, and what it must not do. */
import { ProtocolViolation } from '#protocol/errors.ts';
import type { Complete, TransferResult, UsbKey } from './usb-key.ts';
import { submitted, type UrbRequest, unlinked, urbStatus } from './usbip-wire.ts';

/** A host keeps one transfer or a few pending; more is no driver. */
const mostPending = 64;
const nothing = new Uint8Array(0);

type Submit = UrbRequest & { command: 'submit' };

export class UsbIpSession {
  readonly #device: UsbKey;
  readonly #send: (bytes: Uint8Array) => void;
  /** Interrupt IN transfers by their sequence number. */
  readonly #pending = new Map<number, Complete>();

  constructor(device: UsbKey, send: (bytes: Uint8Array) => void) {
    this.#device = device;
    this.#send = send;
  }

  /** @throws {ProtocolViolation} when more transfers are pending than a host could want, or two have the same number. */
  handle(request: UrbRequest, data: Uint8Array): void {
    if (request.command === 'unlink') this.#unlink(request);
    else if (request.endpoint !== 0 && request.direction === 'in') this.#wait(request);
    else this.#end(request, this.#transfer(request, data));
  }

  /** Takes back what is pending; the host has gone. */
  close(): void {
    for (const complete of this.#pending.values()) this.#device.cancel(complete);
    this.#pending.clear();
  }

  #transfer({ endpoint, setup }: Submit, data: Uint8Array): { result: TransferResult; taken?: number } {
    const result = endpoint === 0 ? this.#device.control(setup, data) : this.#device.interruptOut(endpoint, data);
    return { result, taken: data.length };
  }

  #wait(request: Submit): void {
    const { sequence, endpoint } = request;
    if (this.#pending.size === mostPending) throw refused(`more than ${mostPending} transfers are pending`);
    if (this.#pending.has(sequence)) throw refused(`transfer ${sequence} is pending already`);
    const complete: Complete = (result) => {
      this.#pending.delete(sequence);
      this.#end(request, { result });
    };
    this.#pending.set(sequence, complete);
    this.#device.interruptIn(endpoint, complete);
  }

  #unlink({ sequence, unlinks }: UrbRequest & { command: 'unlink' }): void {
    const complete = this.#pending.get(unlinks);
    this.#pending.delete(unlinks);
    const wasPending = complete !== undefined && this.#device.cancel(complete);
    this.#send(unlinked(sequence, wasPending ? urbStatus.unlinked : urbStatus.ok));
  }

  #end({ sequence, direction, length }: Submit, { result, taken }: { result: TransferResult; taken?: number }): void {
    if (result === 'stall') this.#send(submitted(sequence, urbStatus.stalled, nothing));
    else if (direction === 'in') this.#send(submitted(sequence, urbStatus.ok, result.subarray(0, length)));
    else this.#send(submitted(sequence, urbStatus.ok, nothing, taken));
  }
}

const refused = (message: string) => new ProtocolViolation('usbip.pending', 'USB/IP protocol 1.1.1', 4, message);
