/** Typed errors of the protocols: a CTAP status, a transport failure, a WebAuthn DOMException, bytes that break a rule. */
import type { CtapStatusName } from './status.ts';

/** A command ends with an error status. Thrown inside the emulator, mapped to the status byte in `authenticator.ts`; thrown in the client for a device's error status. */
export class CtapError extends Error {
  override readonly name = 'CtapError';
  readonly status: CtapStatusName;
  constructor(status: CtapStatusName, detail?: string, options?: ErrorOptions) {
    super(detail ? `${status}: ${detail}` : status, options);
    this.status = status;
  }
}

/** `disconnected`: gone, `timeout`: silent, `framing`: broke the transport's rules, `unavailable`: cannot be opened. */
export const transportErrorKinds = ['disconnected', 'timeout', 'framing', 'unavailable'] as const;
export type TransportErrorKind = (typeof transportErrorKinds)[number];

/** The device could not be talked to. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  readonly kind: TransportErrorKind;
  constructor(kind: TransportErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

/** DOMException names that WebAuthn L3 lets create() and get() reject with. */
export const webAuthnErrorNames = [
  'AbortError',
  'ConstraintError',
  'InvalidStateError',
  'NotAllowedError',
  'NotSupportedError',
  'OperationError',
  'SecurityError',
  'SyntaxError',
  'TypeError',
  'UnknownError',
] as const;
export type WebAuthnErrorName = (typeof webAuthnErrorNames)[number];

/** A ceremony ends with the DOMException `name`; `cause` tells why (pages never see it). */
export class WebAuthnError extends Error {
  override readonly name: WebAuthnErrorName;
  constructor(name: WebAuthnErrorName, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = name;
  }
}

/** Bytes break a rule of a specification: which one, where it stands, and where in the bytes. */
export class ProtocolViolation extends Error {
  override readonly name = 'ProtocolViolation';
  /** Stable id of the rule, e.g. `cbor.non-minimal`. */
  readonly rule: string;
  /** Where the rule stands, e.g. `CTAP 2.1 section 8`. */
  readonly section: string;
  /** Byte offset of the offence in the input. */
  readonly offset: number;
  constructor(rule: string, section: string, offset: number, message: string, options?: ErrorOptions) {
    super(`${message} (${rule} at byte ${offset}, ${section})`, options);
    this.rule = rule;
    this.section = section;
    this.offset = offset;
  }
}
