/** CTAP over smart cards, CTAP 2.1 section 11.3: the applet, its instructions and their parameters. Pure; card and host share it. */
import { fromHex } from '#base/bytes.ts';

/** The FIDO applet (section 11.3.3). */
export const fidoAid = fromHex('a0000006472f0001');
/** What SELECT answers: `U2F_V2` where U2F is spoken, alone or beside CTAP2. */
export const appletVersions = { u2f: 'U2F_V2', ctap2: 'FIDO_2_0' } as const;

/** SELECT, GET RESPONSE and U2F are `interindustry`, NFCCTAP is `proprietary` (section 11.3.5.1). */
export const cardClasses = { interindustry: 0x00, proprietary: 0x80 } as const;

export const cardInstructions = {
  /** ISO/IEC 7816-4 section 11.2.2, by name (P1 04). */
  SELECT: 0xa4,
  /** ISO/IEC 7816-4 section 11.3.1: the next part of a response. */
  GET_RESPONSE: 0xc0,
  /** Section 11.3.7.1: command byte and CBOR in, status byte and CBOR out. */
  NFCCTAP_MSG: 0x10,
  /** Section 11.3.7.2: asks for the answer of a message that is at work, or cancels it. */
  NFCCTAP_GETRESPONSE: 0x11,
  /** Section 11.3.4. */
  NFCCTAP_CONTROL: 0x12,
} as const satisfies Record<string, number>;

/** Values of P1. */
export const cardParameters = {
  /** SELECT: by the name of the applet. */
  byName: 0x04,
  /** NFCCTAP_MSG: the host asks with NFCCTAP_GETRESPONSE, so a status may come instead of the answer. */
  pollsForAnswer: 0x80,
  /** NFCCTAP_GETRESPONSE: the message is cancelled. */
  cancel: 0x11,
  /** NFCCTAP_CONTROL: the host is done; the applet is no longer selected. */
  end: 0x01,
} as const;
