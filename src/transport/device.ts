/**
 * The port to an authenticator, seen from the host: one CTAP message in, one answer out.
 * In-process, CTAPHID, PC/SC, sockets and the capture decorator all implement it; `device.contract.ts` holds what each must do.
 */

/** The two states a device reports while it works: busy, or waiting for a gesture of the user. */
export type Keepalive = 'processing' | 'upneeded';

export interface TransactOptions {
  /** Aborting cancels the command on the device (CTAPHID_CANCEL); the device then answers CTAP2_ERR_KEEPALIVE_CANCEL. */
  signal?: AbortSignal | undefined;
  onKeepalive?: ((state: Keepalive) => void) | undefined;
}

export interface CtapDevice extends AsyncDisposable {
  /** Scheme and address, e.g. `in-process:yubikey-5-nfc`, `hidraw:/dev/hidraw3`. */
  readonly name: string;
  /** WebAuthn's names of how the client reaches it. */
  readonly transport: 'usb' | 'nfc' | 'ble' | 'internal' | 'hybrid' | 'smart-card';
  /** A network lies between: what is timed on this device times the network, too. */
  readonly remote?: boolean | undefined;
  readonly capabilities: { wink: boolean; cbor: boolean; nmsg: boolean };
  /**
   * Sends command byte + CBOR parameters, resolves with status byte + CBOR.
   * @throws {TransportError} when the device is gone, silent or breaks the framing; never for an error status.
   */
  transact(message: Uint8Array, options?: TransactOptions): Promise<Uint8Array>;
}

/** `device` with other hands on its messages; all else of it stays. Disposing it disposes the device. */
export function decorated(device: CtapDevice, transact: CtapDevice['transact']): CtapDevice {
  const { name, transport, remote, capabilities } = device;
  return {
    name,
    transport,
    remote,
    capabilities,
    transact,
    [Symbol.asyncDispose]: () => device[Symbol.asyncDispose](),
  };
}
