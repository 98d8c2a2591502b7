/** CTAP over smart cards, CTAP 2.1 section 11.3: constants of the FIDO applet, its instructions and their parameters, used by card and host. */
import { fromHex } from '#base/bytes.ts';

/** Application identifier of the FIDO applet (section 11.3.3). */
export const fidoAid = fromHex('a0000006472f0001');
/** Version strings in the SELECT response. A card that supports U2F answers `U2F_V2`, also if it supports CTAP2. */
export const appletVersions = { u2f: 'U2F_V2', ctap2: 'FIDO_2_0' } as const;

/** CLA bytes: `interindustry` for SELECT, GET RESPONSE and U2F, `proprietary` for NFCCTAP (section 11.3.5.1). */
export const cardClasses = { interindustry: 0x00, proprietary: 0x80 } as const;

export const cardInstructions = {
  /** Selects an applet by name (P1 04), ISO/IEC 7816-4 section 11.2.2. */
  SELECT: 0xa4,
  /** Returns the next part of a response, ISO/IEC 7816-4 section 11.3.1. */
  GET_RESPONSE: 0xc0,
  /** Command byte and CBOR in, status byte and CBOR out, section 11.3.7.1. */
  NFCCTAP_MSG: 0x10,
  /** Polls for the response to NFCCTAP_MSG, or cancels the message, section 11.3.7.2. */
  NFCCTAP_GETRESPONSE: 0x11,
  /** Ends the session, section 11.3.4. */
  NFCCTAP_CONTROL: 0x12,
} as const satisfies Record<string, number>;

/** Values of P1. */
export const cardParameters = {
  /** SELECT: by the name of the applet. */
  byName: 0x04,
  /** NFCCTAP_MSG: the host supports NFCCTAP_GETRESPONSE, so the card may answer with a status update first. */
  pollsForAnswer: 0x80,
  /** NFCCTAP_GETRESPONSE: cancels the message. */
  cancel: 0x11,
  /** NFCCTAP_CONTROL: ends the session and deselects the applet. */
  end: 0x01,
} as const;
