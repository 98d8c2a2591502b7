/** Defects that end a command with CTAP2_OK although it has found an error: one row for each error that a requirement of the catalogue tests. */
import type { CtapStatusName } from '#protocol/status.ts';
import { type Defect, defectsDetectedBy } from './defect.ts';

/** The error by the id of the defect. */
const ignoredErrors = {
  'ignored-error.invalid-command': 'CTAP1_ERR_INVALID_COMMAND',
  'ignored-error.invalid-parameter': 'CTAP1_ERR_INVALID_PARAMETER',
  'ignored-error.invalid-length': 'CTAP1_ERR_INVALID_LENGTH',
  'ignored-error.invalid-sequence': 'CTAP1_ERR_INVALID_SEQ',
  'ignored-error.unexpected-type': 'CTAP2_ERR_CBOR_UNEXPECTED_TYPE',
  'ignored-error.invalid-cbor': 'CTAP2_ERR_INVALID_CBOR',
  'ignored-error.missing-parameter': 'CTAP2_ERR_MISSING_PARAMETER',
  'ignored-error.large-blobs-full': 'CTAP2_ERR_LARGE_BLOB_STORAGE_FULL',
  'ignored-error.unsupported-algorithm': 'CTAP2_ERR_UNSUPPORTED_ALGORITHM',
  'ignored-error.operation-denied': 'CTAP2_ERR_OPERATION_DENIED',
  'ignored-error.key-store-full': 'CTAP2_ERR_KEY_STORE_FULL',
  'ignored-error.unsupported-option': 'CTAP2_ERR_UNSUPPORTED_OPTION',
  'ignored-error.invalid-option': 'CTAP2_ERR_INVALID_OPTION',
  'ignored-error.cancel': 'CTAP2_ERR_KEEPALIVE_CANCEL',
  'ignored-error.user-action-timeout': 'CTAP2_ERR_USER_ACTION_TIMEOUT',
  'ignored-error.no-credentials': 'CTAP2_ERR_NO_CREDENTIALS',
  'ignored-error.not-allowed': 'CTAP2_ERR_NOT_ALLOWED',
  'ignored-error.pin-invalid': 'CTAP2_ERR_PIN_INVALID',
  'ignored-error.pin-blocked': 'CTAP2_ERR_PIN_BLOCKED',
  'ignored-error.pin-auth-invalid': 'CTAP2_ERR_PIN_AUTH_INVALID',
  'ignored-error.pin-auth-blocked': 'CTAP2_ERR_PIN_AUTH_BLOCKED',
  'ignored-error.pin-not-set': 'CTAP2_ERR_PIN_NOT_SET',
  'ignored-error.verification-required': 'CTAP2_ERR_PUAT_REQUIRED',
  'ignored-error.pin-policy': 'CTAP2_ERR_PIN_POLICY_VIOLATION',
  'ignored-error.request-too-large': 'CTAP2_ERR_REQUEST_TOO_LARGE',
  'ignored-error.fingerprints-full': 'CTAP2_ERR_FP_DATABASE_FULL',
  'ignored-error.integrity-failure': 'CTAP2_ERR_INTEGRITY_FAILURE',
  'ignored-error.invalid-subcommand': 'CTAP2_ERR_INVALID_SUBCOMMAND',
  'ignored-error.unauthorized-permission': 'CTAP2_ERR_UNAUTHORIZED_PERMISSION',
  'ignored-error.verification-failed': 'CTAP2_ERR_UV_INVALID',
  'ignored-error.verification-blocked': 'CTAP2_ERR_UV_BLOCKED',
} as const satisfies Record<string, CtapStatusName>;

type IgnoredErrorId = keyof typeof ignoredErrors;

const rows = Object.entries(ignoredErrors).map(([id, error]): [string, Omit<Defect, 'detectedBy'>] => [
  id,
  {
    title: `Answers CTAP2_OK although the command ends with ${error}`,
    breaks: 'CTAP 2.1 section 8.2',
    status: (status) => (status === error ? 'CTAP2_OK' : status),
  },
]);

export const ignoredErrorDefects = defectsDetectedBy(
  'suite',
  Object.fromEntries(rows) as Record<IgnoredErrorId, Omit<Defect, 'detectedBy'>>,
);
