/** Observations for defects of flags, counters, signatures, statements and certificates that a relying party need not detect. */
import { toHex } from '#base/bytes.ts';
import { parseCertificate } from '#relying-party/verification/certificate.ts';
import { type AuthenticatorUnderTest, type Observation, valueOrError } from './authenticator-under-test.ts';

const readFlags: Observation = async (subject) => (await subject.registerAndReadAuthData()).flags;
const readSignCount: Observation = async (subject) => (await subject.registerAndReadAuthData()).signCount;

export const flagObservations: Record<string, Observation> = {
  'flags.uv-claimed': readFlags,
  'flags.rfu1-set': readFlags,
  'flags.rfu2-set': readFlags,
  'flags.be-claimed': readFlags,
  'counter.little-endian': readSignCount,
  'counter.leaps': readSignCount,
};

const registerAndGetSignature = async (subject: AuthenticatorUnderTest) =>
  (await subject.register()).response.attStmt.get('sig') as Uint8Array;

const registerAndGetLeaf = async (subject: AuthenticatorUnderTest) => {
  const x5c = (await subject.register()).response.attStmt.get('x5c') as [Uint8Array];
  return parseCertificate(x5c[0]);
};

/** Whether the response can be parsed: `object`, or `string` for an error. */
const typeOfRegistration: Observation = async (subject) => typeof (await valueOrError(subject.register()));

const readLeafExtensions: Observation = async (subject) =>
  [...(await registerAndGetLeaf(subject)).extensions].map(([oid, { value }]) => [
    oid,
    value.length === 4 ? toHex(value) : '',
  ]);

const readLeafSerialNumber: Observation = async (subject) => {
  const { der } = await registerAndGetLeaf(subject);
  const at = der.indexOf(0x02, 11); // the INTEGER after the version
  return toHex(der.subarray(at, at + 2 + der[at + 1]!));
};

export const attestationObservations: Record<string, Observation> = {
  'signature.trailing-byte': async (subject) => {
    const signature = await registerAndGetSignature(subject);
    return signature.length - 2 - signature[1]!;
  },
  'signature.der-long-length': async (subject) => (await registerAndGetSignature(subject))[1] === 0x81,
  'attestation.fmt-number': typeOfRegistration,
  'attestation.fmt-missing': typeOfRegistration,
  'attestation.auth-data-missing': typeOfRegistration,
  'attestation.statement-missing': typeOfRegistration,
  'attestation.statement-list': typeOfRegistration,
  'certificate.subject-c-unknown': async (subject) => toHex((await registerAndGetLeaf(subject)).subject),
  'certificate.aaguid-missing': readLeafExtensions,
  'certificate.key-usage-authority': readLeafExtensions,
  'certificate.key-usage-missing': readLeafExtensions,
  'certificate.web-server': readLeafExtensions,
  'certificate.serial-zero': readLeafSerialNumber,
  'certificate.serial-long': readLeafSerialNumber,
};
