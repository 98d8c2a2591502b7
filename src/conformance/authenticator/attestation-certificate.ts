/** The fields of an attestation certificate, RFC 5280 section 4.1. Every byte is untrusted: what cannot be read is a violation. */
import { toHex } from '#base/bytes.ts';
import { check } from './checks.ts';
import { type DerElement, readElement, readElements } from './der-reader.ts';

interface CertificateExtension {
  /** The object identifier, DER without tag and length, in hex. */
  oid: string;
  critical: boolean;
  value: Uint8Array;
}

export interface AttestationCertificate {
  /** 1 to 3. */
  version: number;
  serialNumber: Uint8Array;
  /** DER. */
  issuer: Uint8Array;
  /** DER. */
  subject: Uint8Array;
  /** Attributes of the subject by the object identifier in hex. */
  attributes: ReadonlyMap<string, string>;
  /** Undefined: not readable. */
  notBefore: Date | undefined;
  notAfter: Date | undefined;
  extensions: readonly CertificateExtension[];
}

/** Object identifiers in the form of `CertificateExtension.oid`. */
export const objectIds = {
  country: '550406',
  organization: '55040a',
  unit: '55040b',
  commonName: '550403',
  basicConstraints: '551d13',
  keyUsage: '551d0f',
  /** id-fido-gen-ce-aaguid, 1.3.6.1.4.1.45724.1.1.4. */
  aaguid: '2b0601040182e51c010104',
} as const;

const tags = {
  boolean: 0x01,
  bitString: 0x03,
  octetString: 0x04,
  utcTime: 0x17,
  sequence: 0x30,
  version: 0xa0,
  extensions: 0xa3,
} as const;

/** Reads a certificate. @throws {RequirementViolated} if it is malformed, or if other bytes follow it. */
export function readCertificate(bytes: Uint8Array): AttestationCertificate {
  const outer = readElement(bytes);
  check(
    outer?.tag === tags.sequence && outer.whole.length === bytes.length,
    'Expected the certificate to be one DER sequence',
  );
  const [signed, algorithm, signature] = readElements(outer.content);
  check(
    signed !== undefined && algorithm !== undefined && signature?.tag === tags.bitString,
    'Expected a signed certificate',
  );
  const members = readElements(signed.content);
  const [versionElement] = members;
  const isVersioned = versionElement?.tag === tags.version;
  const [serial, , issuer, validity, subject] = isVersioned ? members.slice(1) : members;
  check(
    serial !== undefined && issuer !== undefined && validity !== undefined && subject !== undefined,
    'Expected serial number, issuer, validity and subject',
  );
  const [notBefore, notAfter] = readElements(validity.content).map(readTime);
  return {
    version: isVersioned ? (readElement(versionElement.content)?.content[0] ?? 0) + 1 : 1,
    serialNumber: serial.content,
    issuer: issuer.whole,
    subject: subject.whole,
    attributes: readAttributes(subject),
    notBefore,
    notAfter,
    extensions: readExtensions(members.find(({ tag }) => tag === tags.extensions)),
  };
}

/** UTCTime (YYMMDDHHMMSSZ) or GeneralizedTime (YYYYMMDDHHMMSSZ). */
function readTime({ tag, content }: DerElement): Date | undefined {
  const text = new TextDecoder().decode(content);
  const full = tag === tags.utcTime ? `${Number(text.slice(0, 2)) < 50 ? '20' : '19'}${text}` : text;
  const [, year, month, day, hours, minutes, seconds] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(full) ?? [];
  const time = new Date(`${year}-${month}-${day}T${hours}:${minutes}:${seconds}Z`);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

function readAttributes(name: DerElement): Map<string, string> {
  const pairs = readElements(name.content).flatMap((set) => readElements(set.content));
  return new Map(
    pairs.map(({ content }) => {
      const [type, value] = readElements(content);
      return [toHex(type?.content ?? new Uint8Array()), new TextDecoder().decode(value?.content)];
    }),
  );
}

function readExtensions(wrapper: DerElement | undefined): CertificateExtension[] {
  const list = wrapper && readElement(wrapper.content);
  return readElements(list?.content ?? new Uint8Array()).map(({ content }) => {
    const [oid, ...rest] = readElements(content);
    const critical = rest[0]?.tag === tags.boolean && rest[0].content[0] !== 0;
    const value = rest.find(({ tag }) => tag === tags.octetString);
    return { oid: toHex(oid?.content ?? new Uint8Array()), critical, value: value?.content ?? new Uint8Array() };
  });
}
