/** The attestation certificate, field by field: WebAuthn L3 section 8.2.1 and RFC 5280 section 4.1. */
import { utf8 } from '#base/bytes.ts';
import * as der from '#protocol/der.ts';
import {
  basicConstraints,
  type CertificateTemplate,
  type Extension,
  keyUsage,
  type Name,
} from '../attestation/x509.ts';
import { trying } from './defect.ts';
import { flip, inCertificate } from './mutators.ts';

const requirements = 'WebAuthn L3 section 8.2.1';
const path = 'RFC 5280 section 6.1.3';
const oid = {
  keyUsage: '2.5.29.15',
  basicConstraints: '2.5.29.19',
  extendedKeyUsage: '2.5.29.37',
  aaguid: '1.3.6.1.4.1.45724.1.1.4',
  /** Of nobody: under the arc of examples. */
  unknown: '1.3.6.1.4.1.32473.1',
} as const;

type Attribute = Name[number][0];
const subject = (change: (name: Name) => Name) => inCertificate((leaf) => ({ subject: change(leaf.subject) }));
const attribute = (type: Attribute, value: string) =>
  subject((name) => name.map((entry) => (entry[0] === type ? ([type, value] as const) : entry)));
const withoutAttribute = (type: Attribute) => subject((name) => name.filter((entry) => entry[0] !== type));

const extensions = (change: (list: readonly Extension[]) => readonly Extension[]) =>
  inCertificate((leaf: CertificateTemplate) => ({ extensions: change(leaf.extensions) }));
const extension = (id: string, change: (found: Extension) => Extension) =>
  extensions((list) => list.map((found) => (found.oid === id ? change(found) : found)));
const withoutExtension = (id: string) => extensions((list) => list.filter((found) => found.oid !== id));
const extensionMore = (more: Extension) => extensions((list) => [...list, more]);

export const certificateDefects = {
  ...trying('relying-party', {
    'certificate.version-1': { title: 'Version 1', breaks: requirements, ...inCertificate(() => ({ version: 1 })) },
    'certificate.version-2': { title: 'Version 2', breaks: requirements, ...inCertificate(() => ({ version: 2 })) },
    'certificate.subject-c-missing': { title: 'Subject without C', breaks: requirements, ...withoutAttribute('C') },
    'certificate.subject-c-long': {
      title: 'Subject-C has three letters',
      breaks: requirements,
      ...attribute('C', 'CHE'),
    },
    'certificate.subject-o-missing': { title: 'Subject without O', breaks: requirements, ...withoutAttribute('O') },
    'certificate.subject-o-empty': { title: 'Subject-O is empty', breaks: requirements, ...attribute('O', '') },
    'certificate.subject-ou-missing': { title: 'Subject without OU', breaks: requirements, ...withoutAttribute('OU') },
    'certificate.subject-ou-other': {
      title: 'Subject-OU is not "Authenticator Attestation"',
      breaks: requirements,
      ...attribute('OU', 'Sales'),
    },
    'certificate.subject-ou-case': {
      title: 'Subject-OU is written in capitals',
      breaks: requirements,
      ...attribute('OU', 'AUTHENTICATOR ATTESTATION'),
    },
    'certificate.subject-cn-missing': { title: 'Subject without CN', breaks: requirements, ...withoutAttribute('CN') },
    'certificate.subject-cn-empty': { title: 'Subject-CN is empty', breaks: requirements, ...attribute('CN', '') },
    'certificate.subject-empty': { title: 'The subject is empty', breaks: requirements, ...subject(() => []) },
    'certificate.issuer-other': {
      title: 'The issuer is not the subject of the certificate above',
      breaks: path,
      ...inCertificate(({ issuer }) => ({ issuer: [...issuer, ['OU', 'Elsewhere']] })),
    },
    'certificate.expired': {
      title: 'It has expired',
      breaks: path,
      ...inCertificate(() => ({ notBefore: new Date('2020-01-01'), notAfter: new Date('2021-01-01') })),
    },
    'certificate.not-yet-valid': {
      title: 'It is not valid yet',
      breaks: path,
      ...inCertificate(() => ({ notBefore: new Date('2048-01-01') })),
    },
    'certificate.dates-swapped': {
      title: 'notAfter comes before notBefore',
      breaks: 'RFC 5280 section 4.1.2.5',
      ...inCertificate(({ notBefore, notAfter }) => ({ notBefore: notAfter, notAfter: notBefore })),
    },
    'certificate.key-other': {
      title: 'The key is not the one that signed',
      breaks: 'WebAuthn L3 section 8.2',
      ...inCertificate(({ spki }) => ({ spki: otherPoint(spki) })),
    },
    'certificate.key-off-curve': {
      title: 'The public key is not on its curve',
      breaks: 'RFC 5480 section 2.2',
      ...inCertificate(({ spki }) => ({ spki: flip(-1)(spki) })),
    },
    'certificate.ca': {
      title: 'It is a CA certificate',
      breaks: requirements,
      ...extension(oid.basicConstraints, () => basicConstraints(true)),
    },
    'certificate.basic-constraints-missing': {
      title: 'It has no basicConstraints',
      breaks: requirements,
      ...withoutExtension(oid.basicConstraints),
    },
    'certificate.extension-twice': {
      title: 'An extension occurs twice',
      breaks: 'RFC 5280 section 4.2',
      ...extensions((list) => [...list, ...list.slice(0, 1)]),
    },
    'certificate.extension-unknown-critical': {
      title: 'A critical extension that nobody knows',
      breaks: path,
      ...extensionMore({ oid: oid.unknown, critical: true, value: der.utf8String('?') }),
    },
    'certificate.aaguid-other': {
      title: 'The AAGUID extension differs from the AAGUID',
      breaks: 'WebAuthn L3 section 8.2',
      ...extension(oid.aaguid, (found) => ({ ...found, value: flip(-1)(found.value) })),
    },
    'certificate.aaguid-critical': {
      title: 'The AAGUID extension is critical',
      breaks: requirements,
      ...extension(oid.aaguid, (found) => ({ ...found, critical: true })),
    },
    'certificate.aaguid-unwrapped': {
      title: 'The AAGUID is not wrapped in an OCTET STRING of its own',
      breaks: requirements,
      ...extension(oid.aaguid, (found) => ({ ...found, value: found.value.slice(2) })),
    },
    'certificate.aaguid-text': {
      title: 'The AAGUID extension holds the UUID as text',
      breaks: requirements,
      ...extension(oid.aaguid, (found) => ({
        ...found,
        value: der.octetString(utf8(Buffer.from(found.value.slice(2)).toString('hex'))),
      })),
    },
  }),
  ...trying('suite', {
    'certificate.subject-c-unknown': {
      title: 'Subject-C is no ISO 3166 code',
      breaks: requirements,
      ...attribute('C', 'ZZ'),
    },
    'certificate.aaguid-missing': {
      title: 'It has no AAGUID extension although its root serves several models',
      breaks: requirements,
      ...withoutExtension(oid.aaguid),
    },
    'certificate.serial-zero': {
      title: 'The serial number is zero',
      breaks: 'RFC 5280 section 4.1.2.2',
      ...inCertificate(() => ({ serial: new Uint8Array(1) })),
    },
    'certificate.serial-long': {
      title: 'The serial number has more than 20 bytes',
      breaks: 'RFC 5280 section 4.1.2.2',
      ...inCertificate(() => ({ serial: new Uint8Array(32).fill(0x11) })),
    },
    'certificate.key-usage-authority': {
      title: 'keyUsage allows to sign certificates, not data',
      breaks: 'RFC 5280 section 4.2.1.3',
      ...extension(oid.keyUsage, () => keyUsage('authority')),
    },
    'certificate.key-usage-missing': {
      title: 'It has no keyUsage',
      breaks: 'RFC 5280 section 4.2.1.3',
      ...withoutExtension(oid.keyUsage),
    },
    'certificate.web-server': {
      title: 'extendedKeyUsage is that of a web server',
      breaks: 'RFC 5280 section 4.2.1.12',
      ...extensionMore({
        oid: oid.extendedKeyUsage,
        critical: false,
        value: der.sequence(der.objectIdentifier('1.3.6.1.5.5.7.3.1')),
      }),
    },
  }),
};

/** The point with the other y of the same x: y becomes p - y, which is on the curve and nobody's key here. */
function otherPoint(spki: Uint8Array): Uint8Array {
  const p = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
  const y = BigInt(`0x${Buffer.from(spki.slice(-32)).toString('hex')}`);
  const changed = spki.slice();
  changed.set(Buffer.from((p - y).toString(16).padStart(64, '0'), 'hex'), spki.length - 32);
  return changed;
}
