/**
 * The rules of CTAPHID, of smart cards and of U2F that an authenticator follows. Each is what the specification requires; a defect
 * overrides one of them.
 */
import type { ResponseApdu } from '#protocol/apdu.ts';
import type { HidMessage } from '#protocol/ctaphid-reassembler.ts';

/** CTAP 2.1 section 11.2. */
export const conformingHidRules = {
  refuseReservedChannel: true,
  refuseUnallocatedChannels: true,
  allocateDifferentChannels: true,
  keepOtherChannels: true,
  keepChannelOnInit: true,
  enforceInitLength: true,
  initEndsOwnTransaction: true,
  initKeepsOtherTransactions: true,
  answerInitWhileBusy: true,
  enforceMaxLength: true,
  enforceMessageLength: true,
  refuseUnknownCommands: true,
  acceptU2fMessages: true,
  enforceSequence: true,
  sequenceErrorEndsMessage: true,
  refuseInitializationInMessage: true,
  ignoreOrphans: true,
  ignoreForeignContinuations: true,
  reportBusy: true,
  keepTransactionWhenBusy: true,
  timeOutMessages: true,
  /** Milliseconds until the next packet of a message; section 11.2.5.2. */
  packetTimeoutMs: 500,
  /** Section 11.2.9.1.7. */
  keepaliveIntervalMs: 100,
  endKeepalivesWithResponse: true,
  cancelCommands: true,
  cancelOnlyOwnCommand: true,
  cancelWithoutResponse: true,
  ignoreIdleCancel: true,
  enforceLock: true,
  lockAllowsOwnChannel: true,
  releaseLock: true,
  enforceLockTime: true,
  enforceLockLength: true,
  enforceWinkLength: true,
};
export type HidRules = typeof conformingHidRules;

/** ISO/IEC 7816-4 and CTAP 2.1 section 11.3. */
export const conformingCardRules = {
  requireSelection: true,
  refuseOtherApplets: true,
  keepSelectionAfterFailedSelect: true,
  deselectOnRequest: true,
  acceptExtendedLengths: true,
  acceptShortLengths: true,
  acceptChains: true,
  refuseWrongLengths: true,
  enforceChainHeader: true,
  endChainOnSelect: true,
  enforceLengths: true,
  enforceMaxLength: true,
  refuseUnknownClasses: true,
  refuseUnknownInstructions: true,
  enforceParameters: true,
  respectExpectedLength: true,
  keepRemainingResponse: true,
  dropRemainingOnCommand: true,
  refuseGetResponseWithoutData: true,
  acceptU2f: true,
  sendStatusUpdates: true,
  updateOnlyPollingHosts: true,
  cancelMessages: true,
  /** A sequence of assertions continues with the next command of the same selection. */
  keepSequences: true,
};
export type CardRules = typeof conformingCardRules;

/** FIDO U2F Raw Message Formats, and CTAP 2.1 section 7.2.4 for `refuseWithAlwaysUv`. */
export const conformingU2fRules = {
  refuseUnknownClasses: true,
  refuseUnknownInstructions: true,
  enforceLengths: true,
  acceptShortLengths: true,
  enforceControlByte: true,
  checkOnlyNeverSigns: true,
  reportKnownKeyHandle: true,
  refuseUnknownKeyHandles: true,
  requireTouchToRegister: true,
  requireTouchToAuthenticate: true,
  reportPresence: true,
  neverClaimPresence: true,
  shareCredentialsWithCtap2: true,
  refuseWithAlwaysUv: true,
};
export type U2fRules = typeof conformingU2fRules;

/** What a defect changes in the transports of an authenticator. */
export interface TransportFaults {
  readonly hid: HidRules;
  readonly card: CardRules;
  /** A CTAPHID message before it is divided into packets, keepalives and errors included. */
  hidMessage(message: HidMessage): HidMessage;
  /** The complete response of a card to a command, before it is divided. */
  cardResponse(response: ResponseApdu): ResponseApdu;
}

export const conformingTransports: TransportFaults = {
  hid: conformingHidRules,
  card: conformingCardRules,
  hidMessage: (message) => message,
  cardResponse: (response) => response,
};
