/**
 * The port to an authenticator, seen from the host: one CTAP message in, one answer out. In-process keys, CTAPHID, PC/SC,
 * sockets and decorators implement it; `testing/device-contract.ts` tests what every implementation must do.
 */

/** State of a device while it processes a command: `upneeded` means that it waits for a user gesture. */
export type Keepalive = 'processing' | 'upneeded';

/** Cancellation, progress and sender of a message. */
export interface TransactOptions {
  /** Aborting cancels the command on the device (CTAPHID_CANCEL). The device then answers CTAP2_ERR_KEEPALIVE_CANCEL. */
  signal?: AbortSignal | undefined;
  /** Called when the device reports what it waits for. */
  onKeepalive?: ((state: Keepalive) => void) | undefined;
  /** Who sends the message, for a caller that passes on the messages of several programs to a key in the same process. */
  channel?: object | undefined;
}

/** A connection to an authenticator: one CTAP message in, one answer out. Disposing it closes the connection. */
export interface CtapDevice extends AsyncDisposable {
  /** Scheme and address, e.g. `in-process:yubikey-5-nfc`, `hidraw:/dev/hidraw3`. */
  readonly name: string;
  /** WebAuthn's name of the transport. */
  readonly transport: 'usb' | 'nfc' | 'ble' | 'internal' | 'hybrid' | 'smart-card';
  /** True for a device on another machine: times measured on it include the network. */
  readonly remote?: boolean | undefined;
  /** As in the answer to CTAPHID_INIT: CTAP 2.1 section 11.2.9.1.3. */
  readonly capabilities: { wink: boolean; cbor: boolean; nmsg: boolean };
  /**
   * Sends command byte and CBOR parameters, resolves with status byte and CBOR.
   * @throws {TransportError} if the device is gone, times out or violates the framing; never for an error status.
   */
  transact(message: Uint8Array, options?: TransactOptions): Promise<Uint8Array>;
  /**
   * Sends a CTAP1/U2F command APDU, resolves with response data and status word. Absent if the device cannot transfer such
   * messages; `capabilities.nmsg` means that it does not support them.
   * @throws {TransportError} as `transact`.
   */
  readonly transactU2f?: Transact | undefined;
}

/** Sends one message and resolves with the answer. */
export type Transact = (message: Uint8Array, options?: TransactOptions) => Promise<Uint8Array>;

/**
 * Returns `device` with another `transact`, and with what `decorateU2f` makes of its `transactU2f`. Disposing the result disposes
 * `device`.
 */
export function withTransact(
  device: CtapDevice,
  transact: Transact,
  decorateU2f: (transactU2f: Transact) => Transact = (transactU2f) => transactU2f,
): CtapDevice {
  const { name, transport, remote, capabilities } = device;
  const transactU2f = device.transactU2f?.bind(device);
  return {
    name,
    transport,
    remote,
    capabilities,
    transact,
    transactU2f: transactU2f && decorateU2f(transactU2f),
    [Symbol.asyncDispose]: () => device[Symbol.asyncDispose](),
  };
}
