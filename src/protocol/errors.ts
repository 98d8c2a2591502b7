/** Typed errors of the protocols: a CTAP error status, a transport failure, a WebAuthn DOMException, and bytes that violate a rule. */
import type { CtapStatusName } from './status.ts';

/** A command ended with an error status. The emulator throws it and maps it to the status byte in `authenticator.ts`; the client throws it for the error status of a device. */
export class CtapError extends Error {
  override readonly name = 'CtapError';
  readonly status: CtapStatusName;
  constructor(status: CtapStatusName, detail?: string, options?: ErrorOptions) {
    super(detail ? `${status}: ${detail}` : status, options);
    this.status = status;
  }
}

/** `disconnected`: the device is gone; `timeout`: it did not answer in time; `framing`: it violated the transport protocol; `unavailable`: it cannot be opened. */
export const transportErrorKinds = ['disconnected', 'timeout', 'framing', 'unavailable'] as const;
export type TransportErrorKind = (typeof transportErrorKinds)[number];

/** The communication with a device failed. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  readonly kind: TransportErrorKind;
  constructor(kind: TransportErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

/** The transport cannot transfer a message of this length. Nothing was sent. */
export class MessageTooLong extends TransportError {
  constructor(length: number, limit: number) {
    super('framing', `Cannot send ${length} bytes: a message has at most ${limit}`);
  }
}

/** The names of the DOMExceptions of create() and get(), WebAuthn L3. */
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

/** A ceremony ended with the DOMException `name`. `cause` is the reason, which is not passed to the page. */
export class WebAuthnError extends Error {
  override readonly name: WebAuthnErrorName;
  constructor(name: WebAuthnErrorName, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = name;
  }
}

interface ViolatedRule {
  /** Stable id of the rule, e.g. `cbor.non-minimal`. */
  rule: string;
  /** The section that defines the rule, e.g. `CTAP 2.1 section 8`. */
  section: string;
  /** Byte offset of the violation in the input. */
  offset: number;
}

/** Bytes violate a rule of a specification. */
export class ProtocolViolation extends Error implements ViolatedRule {
  override readonly name = 'ProtocolViolation';
  readonly rule: string;
  readonly section: string;
  readonly offset: number;
  constructor({ rule, section, offset }: ViolatedRule, message: string, options?: ErrorOptions) {
    super(`${message} (${rule} at byte ${offset}, ${section})`, options);
    this.rule = rule;
    this.section = section;
    this.offset = offset;
  }
}
