/** What carries APDUs to a smart card: a reader of the machine, or one inside the process. One command at a time. */
export interface CardConnection {
  /** Scheme and address, e.g. `pcsc:ACS ACR122U 00 00`. */
  readonly name: string;
  /** WebAuthn's name of how the card is reached: without contacts, or with. */
  readonly transport: 'nfc' | 'smart-card';
  /**
   * Sends a command APDU, resolves with the response APDU.
   * @throws {TransportError} `disconnected` when the card or the reader has gone, or was given away.
   */
  transmit(apdu: Uint8Array): Promise<Uint8Array>;
  close(): Promise<void>;
}
