/**
 * How a failure at the authenticator ends the ceremony: one row for each CTAP status, with the DOMException name for the
 * page and the reason for the user.
 *
 * WebAuthn L3 section 5.1.3 reports only InvalidStateError to the page (the user consented by touching a key that holds an
 * excluded credential). Every other failure is NotAllowedError, so that a page cannot find out which keys exist.
 */
import { messageOf } from '#base/errors.ts';
import {
  CtapError,
  ProtocolViolation,
  TransportError,
  WebAuthnError,
  type WebAuthnErrorName,
} from '#protocol/errors.ts';
import type { CtapStatusName } from '#protocol/status.ts';
import { CeremonyError } from './ceremony-error.ts';
import type { EndReason } from './user-interaction.ts';

interface StatusMapping {
  /** DOMException name. */
  name: WebAuthnErrorName;
  /** What the dialog shows; undefined when the user refused. */
  reason?: EndReason;
  /** Section that defines the status for the commands of a ceremony. */
  section: string;
}

const row = (section: string, reason?: EndReason, name: WebAuthnErrorName = 'NotAllowedError'): StatusMapping => ({
  name,
  section,
  ...(reason && { reason }),
});
const general = row('CTAP 2.1 section 8.2', 'device-error');

export const statusToDomException: Record<Exclude<CtapStatusName, 'CTAP2_OK'>, StatusMapping> = {
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
  CTAP2_ERR_USER_ACTION_TIMEOUT: row('CTAP 2.1 section 6.1.2 step 11', 'timeout'),
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

/** Converts any error that ended a ceremony to the error for the page, with the original error as its `cause`. */
export function toWebAuthnError(error: unknown): WebAuthnError {
  if (error instanceof WebAuthnError) return error;
  const options = { cause: error };
  if (error instanceof CtapError && error.status !== 'CTAP2_OK') {
    const { name, reason, section } = statusToDomException[error.status];
    return new CeremonyError(name, `The authenticator refused: ${error.message} (${section})`, reason, options);
  }
  if (error instanceof TransportError) {
    const reason = error.kind === 'disconnected' ? 'key-removed' : 'device-error';
    const message = `Cannot communicate with the authenticator: ${error.message}`;
    return new CeremonyError('NotAllowedError', message, reason, options);
  }
  if (error instanceof ProtocolViolation) {
    const message = `The authenticator violated the protocol: ${error.message}`;
    return new CeremonyError('NotAllowedError', message, 'device-error', options);
  }
  return new CeremonyError('UnknownError', `The ceremony failed: ${messageOf(error)}`, 'device-error', options);
}
