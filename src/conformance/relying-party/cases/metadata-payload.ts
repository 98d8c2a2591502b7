/** The payload of the BLOB of a metadata service: FIDO Metadata Service 3.0 section 3.1. */
import type { RegistrationChange } from '../relying-party-case.ts';
import { accept, either, mayAccept, type Rows, refuse } from './define.ts';
import { header, metadata, otherEntry, payload } from './metadata-edits.ts';

const isNotRelevant = 'A server ignores entries that are not relevant to it (section 3.2 step 8)';
const isNumber = 'The specification says only that the numbers increase';
const isDownload =
  'nextUpdate says when to download the next BLOB (section 3.2 step 3), not until when this one is valid';
const isKnown =
  'A server should ignore a BLOB with the number of the last one (section 3.2 step 6), which has the same content';

export const payloadRows: Rows<RegistrationChange> = {
  'number.lower': refuse(
    'blob.number',
    'no is lower than that of the last BLOB',
    metadata(() => ({ previousNumber: 8 })),
  ),
  'number.missing': refuse('blob.number', 'no is missing', payload({ no: undefined })),
  'number.text': refuse('blob.number', 'no is text', payload({ no: '7' })),
  'number.fraction': mayAccept(isNumber, refuse('blob.number', 'no is a fraction', payload({ no: 7.5 }))),
  'number.negative': mayAccept(
    isNumber,
    refuse(
      'blob.number',
      'no is negative, and there was no BLOB before',
      metadata((parts) => ({ previousNumber: 0, payload: { ...parts.payload, no: -1 } })),
    ),
  ),
  'number.control-same': either(
    isKnown,
    'no is that of the last BLOB',
    metadata(() => ({ previousNumber: 7 })),
  ),
  'number.control-first': accept(
    'There was no BLOB before',
    metadata(() => ({ previousNumber: 0 })),
  ),
  'next-update.past': mayAccept(
    isDownload,
    refuse('blob.next-update', 'The next update was due long ago', payload({ nextUpdate: '2024-02-01' })),
  ),
  'next-update.missing': refuse('blob.next-update', 'nextUpdate is missing', payload({ nextUpdate: undefined })),
  'next-update.text': refuse('blob.next-update', 'nextUpdate is no date', payload({ nextUpdate: 'soon' })),
  'next-update.number': refuse('blob.next-update', 'nextUpdate is a number', payload({ nextUpdate: 2_493_072_000 })),
  'next-update.no-such-day': refuse(
    'blob.next-update',
    'nextUpdate is a day that does not exist',
    payload({ nextUpdate: '2049-13-01' }),
  ),
  'entries.missing': refuse(['blob.entries', 'metadata.entry'], 'entries is missing', payload({ entries: undefined })),
  'entries.object': refuse(['blob.entries', 'metadata.entry'], 'entries is an object', payload({ entries: {} })),
  'entries.text': mayAccept(
    isNotRelevant,
    refuse(
      'blob.entries',
      'An entry of another model has text instead of its reports',
      otherEntry({ statusReports: 'REVOKED' }),
    ),
  ),
  'entries.no-reports': mayAccept(
    isNotRelevant,
    refuse('blob.entries', 'An entry of another model has no reports', otherEntry({ statusReports: [] })),
  ),
  'entries.no-status': mayAccept(
    isNotRelevant,
    refuse(
      'blob.entries',
      'A report of another model has no status',
      otherEntry({ statusReports: [{ effectiveDate: '2024-01-01' }] }),
    ),
  ),
  'entries.no-identifier': mayAccept(
    isNotRelevant,
    refuse('blob.entries', 'An entry has no identifier', otherEntry({ aaguid: undefined })),
  ),
  'entries.aaguid': mayAccept(
    isNotRelevant,
    refuse('blob.entries', 'The AAGUID of another model is malformed', otherEntry({ aaguid: '1234' })),
  ),
  'entries.no-statement': mayAccept(
    isNotRelevant,
    refuse('blob.entries', 'An entry of another model has no statement', otherEntry({ metadataStatement: undefined })),
  ),
  'entries.no-time': mayAccept(
    isNotRelevant,
    refuse(
      'blob.entries',
      'An entry of another model has no time of its last change',
      otherEntry({ timeOfLastStatusChange: undefined }),
    ),
  ),
  'control.unknown-members': accept(
    'Header and payload have unknown members',
    metadata((parts) => ({ header: { ...parts.header, kid: '1' }, payload: { ...parts.payload, note: 'x' } })),
  ),
  'control.no-type': accept('typ is missing', header({ typ: undefined })),
  'control.other-entry': accept('The BLOB has an entry of another model', otherEntry({})),
  'control.u2f-entry': accept(
    'The BLOB has an entry of a U2F authenticator',
    otherEntry({ aaguid: undefined, attestationCertificateKeyIdentifiers: ['0'.repeat(40)] }),
  ),
};
