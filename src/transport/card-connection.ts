/** The port below CTAP over smart cards: a connection that transfers APDUs to a card in a reader or in this process. */
export interface CardConnection {
  /** Scheme and address, e.g. `pcsc:ACS ACR122U 00 00`. */
  readonly name: string;
  /** The WebAuthn transport name: `nfc` for contactless cards, `smart-card` for cards with contacts. */
  readonly transport: 'nfc' | 'smart-card';
  /**
   * Sends a command APDU and resolves with the response APDU. The caller sends one command at a time.
   * @throws {TransportError} `disconnected` if the card or the reader is gone, or the connection is closed.
   */
  transmit(apdu: Uint8Array): Promise<Uint8Array>;
  close(): Promise<void>;
}
