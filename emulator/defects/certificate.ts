/** Defects of the attestation certificate, field by field: WebAuthn L3 section 8.2.1 and RFC 5280 section 4.1. */
import { utf8 } from '#base/bytes.ts';
import * as der from '#protocol/der.ts';
import { flipBits } from '#protocol/edits.ts';
import {
  basicConstraints,
  type CertificateTemplate,
  type Extension,
  keyUsage,
  type Name,
} from '#protocol/x509/certificate.ts';
import { defectsDetectedBy } from './defect.ts';
import { editCertificate } from './mutators.ts';

const requirements = 'WebAuthn L3 section 8.2.1';
const path = 'RFC 5280 section 6.1.3';
const oid = {
  keyUsage: '2.5.29.15',
  basicConstraints: '2.5.29.19',
  extendedKeyUsage: '2.5.29.37',
  aaguid: '1.3.6.1.4.1.45724.1.1.4',
  /** Not assigned: under the arc for examples (RFC 5612). */
  unknown: '1.3.6.1.4.1.32473.1',
} as const;

type Attribute = Name[number][0];
const editSubject = (change: (name: Name) => Name) => editCertificate((leaf) => ({ subject: change(leaf.subject) }));
const editAttribute = (type: Attribute, value: string) =>
  editSubject((name) => name.map((entry) => (entry[0] === type ? ([type, value] as const) : entry)));
const removeAttribute = (type: Attribute) => editSubject((name) => name.filter((entry) => entry[0] !== type));

const editExtensions = (change: (list: readonly Extension[]) => readonly Extension[]) =>
  editCertificate((leaf: CertificateTemplate) => ({ extensions: change(leaf.extensions) }));
const editExtension = (id: string, change: (found: Extension) => Extension) =>
  editExtensions((list) => list.map((found) => (found.oid === id ? change(found) : found)));
const removeExtension = (id: string) => editExtensions((list) => list.filter((found) => found.oid !== id));
const addExtension = (more: Extension) => editExtensions((list) => [...list, more]);

export const certificateDefects = {
  ...defectsDetectedBy('relying-party', {
    'certificate.version-1': {
      title: 'The certificate has version 1',
      breaks: requirements,
      ...editCertificate(() => ({ version: 1 })),
    },
    'certificate.version-2': {
      title: 'The certificate has version 2',
      breaks: requirements,
      ...editCertificate(() => ({ version: 2 })),
    },
    'certificate.subject-c-missing': { title: 'The subject has no C', breaks: requirements, ...removeAttribute('C') },
    'certificate.subject-c-long': {
      title: 'Subject C has three letters',
      breaks: requirements,
      ...editAttribute('C', 'CHE'),
    },
    'certificate.subject-o-missing': { title: 'The subject has no O', breaks: requirements, ...removeAttribute('O') },
    'certificate.subject-o-empty': { title: 'Subject O is empty', breaks: requirements, ...editAttribute('O', '') },
    'certificate.subject-ou-missing': {
      title: 'The subject has no OU',
      breaks: requirements,
      ...removeAttribute('OU'),
    },
    'certificate.subject-ou-other': {
      title: 'Subject OU is not "Authenticator Attestation"',
      breaks: requirements,
      ...editAttribute('OU', 'Sales'),
    },
    'certificate.subject-ou-case': {
      title: 'Subject OU is written in capitals',
      breaks: requirements,
      ...editAttribute('OU', 'AUTHENTICATOR ATTESTATION'),
    },
    'certificate.subject-cn-missing': {
      title: 'The subject has no CN',
      breaks: requirements,
      ...removeAttribute('CN'),
    },
    'certificate.subject-cn-empty': { title: 'Subject CN is empty', breaks: requirements, ...editAttribute('CN', '') },
    'certificate.subject-empty': { title: 'The subject is empty', breaks: requirements, ...editSubject(() => []) },
    'certificate.issuer-other': {
      title: 'The issuer differs from the subject of the issuing certificate',
      breaks: path,
      ...editCertificate(({ issuer }) => ({ issuer: [...issuer, ['OU', 'Elsewhere']] })),
    },
    'certificate.expired': {
      title: 'The certificate has expired',
      breaks: path,
      ...editCertificate(() => ({ notBefore: new Date('2020-01-01'), notAfter: new Date('2021-01-01') })),
    },
    'certificate.not-yet-valid': {
      title: 'The certificate is not valid yet',
      breaks: path,
      ...editCertificate(() => ({ notBefore: new Date('2048-01-01') })),
    },
    'certificate.dates-swapped': {
      title: 'notAfter is earlier than notBefore',
      breaks: 'RFC 5280 section 4.1.2.5',
      ...editCertificate(({ notBefore, notAfter }) => ({ notBefore: notAfter, notAfter: notBefore })),
    },
    'certificate.key-other': {
      title: 'The public key is not the one that signed',
      breaks: 'WebAuthn L3 section 8.2',
      ...editCertificate(({ spki }) => ({ spki: negatePoint(spki) })),
    },
    'certificate.key-off-curve': {
      title: 'The public key is not on its curve',
      breaks: 'RFC 5480 section 2.2',
      ...editCertificate(({ spki }) => ({ spki: flipBits(-1)(spki) })),
    },
    'certificate.ca': {
      title: 'The certificate is a CA certificate',
      breaks: requirements,
      ...editExtension(oid.basicConstraints, () => basicConstraints(true)),
    },
    'certificate.basic-constraints-missing': {
      title: 'basicConstraints is missing',
      breaks: requirements,
      ...removeExtension(oid.basicConstraints),
    },
    'certificate.extension-twice': {
      title: 'An extension occurs twice',
      breaks: 'RFC 5280 section 4.2',
      ...editExtensions((list) => [...list, ...list.slice(0, 1)]),
    },
    'certificate.extension-unknown-critical': {
      title: 'An unknown extension is critical',
      breaks: path,
      ...addExtension({ oid: oid.unknown, critical: true, value: der.utf8String('?') }),
    },
    'certificate.aaguid-other': {
      title: 'The AAGUID extension differs from the AAGUID in authenticator data',
      breaks: 'WebAuthn L3 section 8.2',
      ...editExtension(oid.aaguid, (found) => ({ ...found, value: flipBits(-1)(found.value) })),
    },
    'certificate.aaguid-critical': {
      title: 'The AAGUID extension is critical',
      breaks: requirements,
      ...editExtension(oid.aaguid, (found) => ({ ...found, critical: true })),
    },
    'certificate.aaguid-unwrapped': {
      title: 'The AAGUID is not wrapped in its own OCTET STRING',
      breaks: requirements,
      ...editExtension(oid.aaguid, (found) => ({ ...found, value: found.value.slice(2) })),
    },
    'certificate.aaguid-text': {
      title: 'The AAGUID extension contains the UUID as text',
      breaks: requirements,
      ...editExtension(oid.aaguid, (found) => ({
        ...found,
        value: der.octetString(utf8(Buffer.from(found.value.slice(2)).toString('hex'))),
      })),
    },
  }),
  ...defectsDetectedBy('suite', {
    'certificate.subject-c-unknown': {
      title: 'Subject C is not an ISO 3166 code',
      breaks: requirements,
      ...editAttribute('C', 'ZZ'),
    },
    'certificate.aaguid-missing': {
      title: 'The AAGUID extension is missing although the root serves several models',
      breaks: requirements,
      ...removeExtension(oid.aaguid),
    },
    'certificate.serial-zero': {
      title: 'The serial number is zero',
      breaks: 'RFC 5280 section 4.1.2.2',
      ...editCertificate(() => ({ serial: new Uint8Array(1) })),
    },
    'certificate.serial-long': {
      title: 'The serial number is longer than 20 bytes',
      breaks: 'RFC 5280 section 4.1.2.2',
      ...editCertificate(() => ({ serial: new Uint8Array(32).fill(0x11) })),
    },
    'certificate.key-usage-authority': {
      title: 'keyUsage allows signing certificates, not data',
      breaks: 'RFC 5280 section 4.2.1.3',
      ...editExtension(oid.keyUsage, () => keyUsage('authority')),
    },
    'certificate.key-usage-missing': {
      title: 'keyUsage is missing',
      breaks: 'RFC 5280 section 4.2.1.3',
      ...removeExtension(oid.keyUsage),
    },
    'certificate.web-server': {
      title: 'extendedKeyUsage is the one of web servers',
      breaks: 'RFC 5280 section 4.2.1.12',
      ...addExtension({
        oid: oid.extendedKeyUsage,
        critical: false,
        value: der.sequence(der.objectIdentifier('1.3.6.1.5.5.7.3.1')),
      }),
    },
  }),
};

/** Replaces the P-256 point by its negative: y becomes p - y, which is on the curve and belongs to another private key. */
function negatePoint(spki: Uint8Array): Uint8Array {
  const p = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
  const y = BigInt(`0x${Buffer.from(spki.slice(-32)).toString('hex')}`);
  const changed = spki.slice();
  changed.set(Buffer.from((p - y).toString(16).padStart(64, '0'), 'hex'), spki.length - 32);
  return changed;
}
