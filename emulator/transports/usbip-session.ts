/** A host that has imported a key over USB/IP: its requests, its pending transfers and their limits. */
import { ProtocolViolation } from '#protocol/errors.ts';
import type { TransferCallback, TransferResult, UsbKey } from './usb-key.ts';
import { encodeSubmitReply, encodeUnlinkReply, type UrbRequest, urbStatus } from './usbip-wire.ts';

/** A driver keeps a few transfers pending at most. */
const maxPendingTransfers = 64;
const nothing = new Uint8Array(0);

type Submit = UrbRequest & { command: 'submit' };

export class UsbIpSession {
  readonly #device: UsbKey;
  readonly #send: (bytes: Uint8Array) => void;
  /** Interrupt IN transfers by their sequence number. */
  readonly #pending = new Map<number, TransferCallback>();

  constructor(device: UsbKey, send: (bytes: Uint8Array) => void) {
    this.#device = device;
    this.#send = send;
  }

  /** @throws {ProtocolViolation} if too many transfers are pending, or two have the same sequence number. */
  handle(request: UrbRequest, data: Uint8Array): void {
    if (request.command === 'unlink') this.#unlink(request);
    else if (request.endpoint !== 0 && request.direction === 'in') this.#startInterruptIn(request);
    else this.#complete(request, this.#transfer(request, data));
  }

  /** Cancels all pending transfers: the host has disconnected. */
  close(): void {
    for (const complete of this.#pending.values()) this.#device.cancel(complete);
    this.#pending.clear();
  }

  #transfer({ endpoint, setup }: Submit, data: Uint8Array): { result: TransferResult; actualLength?: number } {
    const result =
      endpoint === 0
        ? this.#device.handleControlTransfer(setup, data)
        : this.#device.receiveInterruptOut(endpoint, data);
    return { result, actualLength: data.length };
  }

  #startInterruptIn(request: Submit): void {
    const { sequence, endpoint } = request;
    if (this.#pending.size === maxPendingTransfers)
      throw violation(`Expected at most ${maxPendingTransfers} pending transfers`);
    if (this.#pending.has(sequence)) throw violation(`Transfer ${sequence} is pending already`);
    const complete: TransferCallback = (result) => {
      this.#pending.delete(sequence);
      this.#complete(request, { result });
    };
    this.#pending.set(sequence, complete);
    this.#device.requestInterruptIn(endpoint, complete);
  }

  #unlink({ sequence, targetSequence }: UrbRequest & { command: 'unlink' }): void {
    const complete = this.#pending.get(targetSequence);
    this.#pending.delete(targetSequence);
    const wasPending = complete !== undefined && this.#device.cancel(complete);
    this.#send(encodeUnlinkReply(sequence, wasPending ? urbStatus.unlinked : urbStatus.ok));
  }

  #complete(
    { sequence, direction, length }: Submit,
    { result, actualLength }: { result: TransferResult; actualLength?: number },
  ): void {
    if (result === 'stall') this.#send(encodeSubmitReply(sequence, urbStatus.stalled, nothing));
    else if (direction === 'in') this.#send(encodeSubmitReply(sequence, urbStatus.ok, result.subarray(0, length)));
    else this.#send(encodeSubmitReply(sequence, urbStatus.ok, nothing, actualLength));
  }
}

const violation = (message: string) =>
  new ProtocolViolation({ rule: 'usbip.pending', section: 'USB/IP protocol 1.1.1', offset: 4 }, message);
