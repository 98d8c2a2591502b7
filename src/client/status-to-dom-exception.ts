/**
 * How a ceremony that failed at the authenticator ends for the page and for the user: one row a CTAP status.
 * WebAuthn L3 section 5.1.3 lets the page see only InvalidStateError (the user consented by touching an excluded key);
 * every other failure of an authenticator is NotAllowedError, so that a page cannot learn which keys are there.
 */
import {
  CtapError,
  ProtocolViolation,
  TransportError,
  WebAuthnError,
  type WebAuthnErrorName,
} from '#protocol/errors.ts';
import type { CtapStatusName } from '#protocol/status.ts';
import type { EndReason } from './user-interaction.ts';

/** A ceremony's end as a WebAuthnError, with what the user is told. */
export class CeremonyError extends WebAuthnError {
  readonly endReason: EndReason | undefined;
  constructor(name: WebAuthnErrorName, message: string, endReason?: EndReason, options?: ErrorOptions) {
    super(name, message, options);
    this.endReason = endReason;
  }
}

interface Ending {
  name: WebAuthnErrorName;
  /** Absent: the user knows already, having said no. */
  reason?: EndReason;
  /** Where the status is defined for the commands of a ceremony. */
  section: string;
}

const row = (section: string, reason?: EndReason, name: WebAuthnErrorName = 'NotAllowedError'): Ending => ({
  name,
  section,
  ...(reason && { reason }),
});
const general = row('CTAP 2.1 section 8.2', 'device-error');

export const endings: Record<Exclude<CtapStatusName, 'CTAP2_OK'>, Ending> = {
  CTAP2_ERR_CREDENTIAL_EXCLUDED: row('CTAP 2.1 section 6.1.2 step 12', 'already-registered', 'InvalidStateError'),
  CTAP2_ERR_UNSUPPORTED_ALGORITHM: row('CTAP 2.1 section 6.1.2 step 3', 'device-unsuitable'),
  CTAP2_ERR_UNSUPPORTED_OPTION: row('CTAP 2.1 section 6.1.2 step 5', 'device-unsuitable'),
  CTAP2_ERR_INVALID_OPTION: row('CTAP 2.1 section 6.1.2 step 5', 'device-unsuitable'),
  CTAP2_ERR_KEY_STORE_FULL: row('CTAP 2.1 section 6.1.2 step 17', 'storage-full'),
  CTAP2_ERR_LIMIT_EXCEEDED: row('CTAP 2.1 section 8.2', 'storage-full'),
  CTAP2_ERR_NO_CREDENTIALS: row('CTAP 2.1 section 6.2.2 step 7', 'not-recognised'),
  CTAP2_ERR_INVALID_CREDENTIAL: row('CTAP 2.1 section 8.2', 'not-recognised'),
  CTAP2_ERR_OPERATION_DENIED: row('CTAP 2.1 section 6.1.2 step 14', 'denied-at-key'),
  CTAP2_ERR_NOT_ALLOWED: row('CTAP 2.1 section 8.2', 'denied-at-key'),
  CTAP2_ERR_KEEPALIVE_CANCEL: row('CTAP 2.1 section 11.2.9.1.5'),
  CTAP2_ERR_USER_ACTION_TIMEOUT: row('CTAP 2.1 section 6.1.2 step 14', 'timeout'),
  CTAP2_ERR_ACTION_TIMEOUT: row('CTAP 2.1 section 8.2', 'timeout'),
  CTAP1_ERR_TIMEOUT: row('CTAP 2.1 section 8.2', 'timeout'),
  CTAP2_ERR_PIN_INVALID: row('CTAP 2.1 section 6.5.5.7.2', 'denied-at-key'),
  CTAP2_ERR_PIN_AUTH_INVALID: row('CTAP 2.1 section 6.1.2 step 11', 'device-error'),
  CTAP2_ERR_PIN_AUTH_BLOCKED: row('CTAP 2.1 section 6.5.5.7.2', 'pin-soft-locked'),
  CTAP2_ERR_PIN_BLOCKED: row('CTAP 2.1 section 6.5.5.7.2', 'pin-blocked'),
  CTAP2_ERR_PIN_NOT_SET: row('CTAP 2.1 section 6.5.5.7.2', 'device-unsuitable'),
  CTAP2_ERR_PIN_POLICY_VIOLATION: row('CTAP 2.1 section 6.5.5.5', 'device-unsuitable'),
  CTAP2_ERR_PUAT_REQUIRED: row('CTAP 2.1 section 6.1.2 step 6', 'device-unsuitable'),
  CTAP2_ERR_UNAUTHORIZED_PERMISSION: row('CTAP 2.1 section 6.5.5.7.3', 'device-unsuitable'),
  CTAP2_ERR_UV_BLOCKED: row('CTAP 2.1 section 6.5.5.7.3', 'denied-at-key'),
  CTAP2_ERR_UV_INVALID: row('CTAP 2.1 section 6.5.5.7.3', 'denied-at-key'),
  CTAP2_ERR_UP_REQUIRED: row('CTAP 2.1 section 8.2', 'device-error'),
  CTAP2_ERR_REQUEST_TOO_LARGE: row('CTAP 2.1 section 8.2', 'device-unsuitable'),
  CTAP1_ERR_INVALID_COMMAND: row('CTAP 2.1 section 8.2', 'device-unsuitable'),
  CTAP2_ERR_INVALID_SUBCOMMAND: row('CTAP 2.1 section 6.5.5', 'device-unsuitable'),
  CTAP1_ERR_INVALID_PARAMETER: general,
  CTAP1_ERR_INVALID_LENGTH: general,
  CTAP1_ERR_INVALID_SEQ: general,
  CTAP1_ERR_CHANNEL_BUSY: general,
  CTAP1_ERR_LOCK_REQUIRED: general,
  CTAP1_ERR_INVALID_CHANNEL: general,
  CTAP2_ERR_CBOR_UNEXPECTED_TYPE: general,
  CTAP2_ERR_INVALID_CBOR: general,
  CTAP2_ERR_MISSING_PARAMETER: general,
  CTAP2_ERR_FP_DATABASE_FULL: general,
  CTAP2_ERR_LARGE_BLOB_STORAGE_FULL: general,
  CTAP2_ERR_PROCESSING: general,
  CTAP2_ERR_USER_ACTION_PENDING: general,
  CTAP2_ERR_OPERATION_PENDING: general,
  CTAP2_ERR_NO_OPERATIONS: general,
  CTAP2_ERR_INTEGRITY_FAILURE: general,
  CTAP1_ERR_OTHER: general,
};

/** Whatever ended the ceremony, as the error the page gets; the original is its `cause`. */
export function toWebAuthnError(error: unknown): WebAuthnError {
  if (error instanceof WebAuthnError) return error;
  const options = { cause: error };
  if (error instanceof CtapError && error.status !== 'CTAP2_OK') {
    const { name, reason, section } = endings[error.status];
    return new CeremonyError(name, `the authenticator refused: ${error.message} (${section})`, reason, options);
  }
  if (error instanceof TransportError) {
    const reason = error.kind === 'disconnected' ? 'key-removed' : 'device-error';
    return new CeremonyError('NotAllowedError', `cannot talk to the authenticator: ${error.message}`, reason, options);
  }
  if (error instanceof ProtocolViolation) {
    const message = `the authenticator broke the protocol: ${error.message}`;
    return new CeremonyError('NotAllowedError', message, 'device-error', options);
  }
  return new CeremonyError('UnknownError', `the ceremony failed: ${String(error)}`, 'device-error', options);
}
