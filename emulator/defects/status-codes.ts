/** Defects of status bytes: a wrong status for an error, and statuses that contradict the content of the response. */
import type { CtapStatusName } from '#protocol/status.ts';
import { type Defect, defectsDetectedBy } from './defect.ts';

export interface StatusReplacement {
  from: CtapStatusName;
  to: CtapStatusName;
  /** Section of CTAP 2.1 that requires `from`. */
  section: string;
}

/** Wrong statuses: `to` replaces `from` in every command. */
export const statusReplacements = {
  'status.excluded-as-other': {
    from: 'CTAP2_ERR_CREDENTIAL_EXCLUDED',
    to: 'CTAP1_ERR_OTHER',
    section: '6.1.2 step 12',
  },
  'status.excluded-as-success': { from: 'CTAP2_ERR_CREDENTIAL_EXCLUDED', to: 'CTAP2_OK', section: '6.1.2 step 12' },
  'status.excluded-as-denied': {
    from: 'CTAP2_ERR_CREDENTIAL_EXCLUDED',
    to: 'CTAP2_ERR_OPERATION_DENIED',
    section: '6.1.2 step 12',
  },
  'status.algorithm-as-parameter': {
    from: 'CTAP2_ERR_UNSUPPORTED_ALGORITHM',
    to: 'CTAP1_ERR_INVALID_PARAMETER',
    section: '6.1.2 step 3',
  },
  'status.full-as-other': { from: 'CTAP2_ERR_KEY_STORE_FULL', to: 'CTAP1_ERR_OTHER', section: '6.1.2 step 17' },
  'status.option-as-parameter': {
    from: 'CTAP2_ERR_INVALID_OPTION',
    to: 'CTAP1_ERR_INVALID_PARAMETER',
    section: '6.1.2 step 5',
  },
  'status.rk-option-as-success': { from: 'CTAP2_ERR_UNSUPPORTED_OPTION', to: 'CTAP2_OK', section: '6.2.2 step 4' },
  'status.verification-required-as-denied': {
    from: 'CTAP2_ERR_PUAT_REQUIRED',
    to: 'CTAP2_ERR_OPERATION_DENIED',
    section: '6.1.2 step 8',
  },
  'status.denied-as-timeout': {
    from: 'CTAP2_ERR_OPERATION_DENIED',
    to: 'CTAP2_ERR_USER_ACTION_TIMEOUT',
    section: '6.1.2 step 14',
  },
  'status.timeout-as-other': { from: 'CTAP2_ERR_USER_ACTION_TIMEOUT', to: 'CTAP1_ERR_OTHER', section: '6.9' },
  'status.cancel-as-denied': {
    from: 'CTAP2_ERR_KEEPALIVE_CANCEL',
    to: 'CTAP2_ERR_OPERATION_DENIED',
    section: '11.2.9.1.5',
  },
  'status.no-credentials-as-invalid': {
    from: 'CTAP2_ERR_NO_CREDENTIALS',
    to: 'CTAP2_ERR_INVALID_CREDENTIAL',
    section: '6.2.2 step 7',
  },
  'status.no-credentials-as-success': { from: 'CTAP2_ERR_NO_CREDENTIALS', to: 'CTAP2_OK', section: '6.2.2 step 7' },
  'status.not-allowed-as-command': {
    from: 'CTAP2_ERR_NOT_ALLOWED',
    to: 'CTAP1_ERR_INVALID_COMMAND',
    section: '6.3 step 1',
  },
  'status.wrong-pin-as-auth-invalid': {
    from: 'CTAP2_ERR_PIN_INVALID',
    to: 'CTAP2_ERR_PIN_AUTH_INVALID',
    section: '6.5.5.7.2',
  },
  'status.wrong-pin-as-blocked': { from: 'CTAP2_ERR_PIN_INVALID', to: 'CTAP2_ERR_PIN_BLOCKED', section: '6.5.5.7.2' },
  'status.soft-lock-as-wrong-pin': {
    from: 'CTAP2_ERR_PIN_AUTH_BLOCKED',
    to: 'CTAP2_ERR_PIN_INVALID',
    section: '6.5.5.7.2',
  },
  'status.blocked-as-wrong-pin': { from: 'CTAP2_ERR_PIN_BLOCKED', to: 'CTAP2_ERR_PIN_INVALID', section: '6.5.5.7.2' },
  'status.pin-not-set-as-wrong-pin': {
    from: 'CTAP2_ERR_PIN_NOT_SET',
    to: 'CTAP2_ERR_PIN_INVALID',
    section: '6.5.5.7.2',
  },
  'status.policy-as-wrong-pin': {
    from: 'CTAP2_ERR_PIN_POLICY_VIOLATION',
    to: 'CTAP2_ERR_PIN_INVALID',
    section: '6.5.5.5',
  },
  'status.token-as-parameter': {
    from: 'CTAP2_ERR_PIN_AUTH_INVALID',
    to: 'CTAP1_ERR_INVALID_PARAMETER',
    section: '6.1.2 step 11',
  },
  'status.missing-as-cbor': { from: 'CTAP2_ERR_MISSING_PARAMETER', to: 'CTAP2_ERR_INVALID_CBOR', section: '8.2' },
  'status.missing-as-success': { from: 'CTAP2_ERR_MISSING_PARAMETER', to: 'CTAP2_OK', section: '8.2' },
  'status.type-as-other': { from: 'CTAP2_ERR_CBOR_UNEXPECTED_TYPE', to: 'CTAP1_ERR_OTHER', section: '8.2' },
  'status.cbor-as-other': { from: 'CTAP2_ERR_INVALID_CBOR', to: 'CTAP1_ERR_OTHER', section: '8.2' },
  'status.command-as-other': { from: 'CTAP1_ERR_INVALID_COMMAND', to: 'CTAP1_ERR_OTHER', section: '8.2' },
  'status.command-as-success': { from: 'CTAP1_ERR_INVALID_COMMAND', to: 'CTAP2_OK', section: '8.2' },
  'status.subcommand-as-command': {
    from: 'CTAP2_ERR_INVALID_SUBCOMMAND',
    to: 'CTAP1_ERR_INVALID_COMMAND',
    section: '6.5.5',
  },
  'status.too-large-as-length': {
    from: 'CTAP2_ERR_REQUEST_TOO_LARGE',
    to: 'CTAP1_ERR_INVALID_LENGTH',
    section: '8.2',
  },
  'status.limit-as-other': { from: 'CTAP2_ERR_LIMIT_EXCEEDED', to: 'CTAP1_ERR_OTHER', section: '8.2' },
} as const satisfies Record<string, StatusReplacement>;

type ReplacementId = keyof typeof statusReplacements;

const replacementDefects = defectsDetectedBy(
  'client',
  Object.fromEntries(
    Object.entries<StatusReplacement>(statusReplacements).map(
      ([id, { from, to, section }]): [string, Omit<Defect, 'detectedBy'>] => [
        id,
        {
          title: `Returns ${to} instead of ${from}`,
          breaks: `CTAP 2.1 section ${section}`,
          status: (status) => (status === from ? to : status),
        },
      ],
    ),
  ) as Record<ReplacementId, Omit<Defect, 'detectedBy'>>,
);

/** Returns a response that consists of `status` only. */
const statusOnly = (status: number) => () => new Uint8Array([status]);

export const statusDefects = {
  ...replacementDefects,
  ...defectsDetectedBy('client', {
    'status.undefined': {
      title: 'Every response has a status that no specification defines',
      breaks: 'CTAP 2.1 section 8.2',
      answer: statusOnly(0xc8),
    },
    'status.vendor': {
      title: 'Every response has a status from the vendor range',
      breaks: 'CTAP 2.1 section 8.2',
      answer: statusOnly(0xf1),
    },
    'status.busy': {
      title: 'Every response is CTAP1_ERR_CHANNEL_BUSY',
      breaks: 'CTAP 2.1 section 11.2.5.1',
      answer: statusOnly(0x06),
    },
    'status.success-without-content': {
      title: 'A successful response has a status but no content',
      breaks: 'CTAP 2.1 section 6',
      answer: (answer) => answer.slice(0, 1),
    },
    'status.error-with-content': {
      title: 'A successful response has an error status and content',
      breaks: 'CTAP 2.1 section 8.2',
      answer: (answer) => (answer.length > 1 ? answer.map((byte, index) => (index === 0 ? 0x7f : byte)) : answer),
    },
  }),
};
