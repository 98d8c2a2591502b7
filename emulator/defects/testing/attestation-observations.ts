/** What shows a defect of flags, counters, signatures, statements and certificates that no relying party has to refuse. */

import { toHex } from '#base/bytes.ts';
import { parseCertificate } from '#relying-party/verification/certificate.ts';
import { type Observation, outcome, type Subject } from './subject.ts';

const flags: Observation = async (subject) => (await subject.registeredData()).flags;
const makesCredential: Observation = (subject) => outcome(subject.register());

export const flagObservations: Record<string, Observation> = {
  'flags.uv-claimed': flags,
  'flags.rfu1-set': flags,
  'flags.rfu2-set': flags,
  'flags.be-claimed': flags,
  'counter.little-endian': async (subject) => (await subject.registeredData()).signCount,
  'counter.leaps': async (subject) => (await subject.registeredData()).signCount,
};

const signatureOf = async (subject: Subject) => (await subject.register()).response.attStmt.get('sig') as Uint8Array;
const leafOf = async (subject: Subject) => {
  const [leaf] = (await subject.register()).response.attStmt.get('x5c') as Uint8Array[];
  return parseCertificate(leaf!);
};
const extensionsOfLeaf: Observation = async (subject) =>
  [...(await leafOf(subject)).extensions].map(([oid, { value }]) => [oid, value.length === 4 ? toHex(value) : '']);
const serialOfLeaf: Observation = async (subject) => {
  const { der } = await leafOf(subject);
  const at = der.indexOf(0x02, 11); // behind the version
  return toHex(der.subarray(at, at + 2 + der[at + 1]!));
};
export const attestationObservations: Record<string, Observation> = {
  'signature.trailing-byte': async (subject) => {
    const signature = await signatureOf(subject);
    return signature.length - 2 - signature[1]!;
  },
  'signature.der-long-length': async (subject) => (await signatureOf(subject))[1] === 0x81,
  'attestation.fmt-number': async (subject) => typeof (await makesCredential(subject)),
  'attestation.fmt-missing': async (subject) => typeof (await makesCredential(subject)),
  'attestation.auth-data-missing': async (subject) => typeof (await makesCredential(subject)),
  'attestation.statement-missing': async (subject) => typeof (await makesCredential(subject)),
  'attestation.statement-list': async (subject) => typeof (await makesCredential(subject)),
  'certificate.subject-c-unknown': async (subject) => toHex((await leafOf(subject)).subject),
  'certificate.aaguid-missing': extensionsOfLeaf,
  'certificate.key-usage-authority': extensionsOfLeaf,
  'certificate.key-usage-missing': extensionsOfLeaf,
  'certificate.web-server': extensionsOfLeaf,
  'certificate.serial-zero': serialOfLeaf,
  'certificate.serial-long': serialOfLeaf,
};
