/** The status codes of CTAP 2.1 section 8.2. A code is covered by the requirements that accept it. */
import { type CtapStatusName, ctapStatus } from '#protocol/status.ts';
import { authenticatorCatalogue } from '../catalogue.ts';
import type { Coverage, RowSection } from './section.ts';

const hidErrors = 'An error code of CTAPHID, which the requirements hid.* test; no CTAP command returns it';
const notReturned = 'No algorithm of the covered sections returns the code';

/** The codes that no requirement accepts. */
const reasons: Partial<Record<CtapStatusName, string>> = {
  CTAP2_OK: 'Every requirement on a request that has to succeed checks it',
  CTAP1_ERR_TIMEOUT: hidErrors,
  CTAP1_ERR_CHANNEL_BUSY: hidErrors,
  CTAP1_ERR_LOCK_REQUIRED: hidErrors,
  CTAP1_ERR_INVALID_CHANNEL: hidErrors,
  CTAP2_ERR_PROCESSING: notReturned,
  CTAP2_ERR_INVALID_CREDENTIAL: notReturned,
  CTAP2_ERR_USER_ACTION_PENDING: notReturned,
  CTAP2_ERR_OPERATION_PENDING: notReturned,
  CTAP2_ERR_NO_OPERATIONS: notReturned,
  CTAP2_ERR_ACTION_TIMEOUT: notReturned,
  CTAP2_ERR_UP_REQUIRED: notReturned,
  CTAP1_ERR_OTHER: 'The specification names no condition for the code',
};

const rows = Object.keys(ctapStatus) as CtapStatusName[];

const coverageOf = (status: CtapStatusName): Coverage => {
  const reason = reasons[status];
  if (reason !== undefined) return { reason };
  return authenticatorCatalogue.filter(({ accepted }) => accepted?.includes(status)).map(({ id }) => id);
};

export const statusCodes: RowSection = {
  kind: 'rows',
  document: 'CTAP 2.1',
  section: '8.2',
  title: 'Status codes',
  rowsAre: 'codes, those of CTAP 2.2 and 2.3 included',
  source: 'the table in src/protocol/status.ts',
  rows,
  coverage: Object.fromEntries(rows.map((status) => [status, coverageOf(status)])),
};
