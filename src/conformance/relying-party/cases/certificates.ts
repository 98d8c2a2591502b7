/** Changes of attestation certificates, and chains that the suite issues itself under the root of the attestation. */
import { utf8 } from '#base/bytes.ts';
import type { CborMap, CborValue } from '#protocol/cbor.ts';
import { type CoseAlgorithm, coseAlgorithms } from '#protocol/cose.ts';
import { hkdfSha256, importSigningKey, type SigningKey } from '#protocol/crypto.ts';
import * as der from '#protocol/der.ts';
import type { Authority } from '#protocol/x509/authority.ts';
import {
  aaguidExtension,
  basicConstraints,
  type CertificateTemplate,
  deriveSerialNumber,
  type Extension,
  encodeName,
  keyUsage,
  type Name,
  signCertificate,
} from '#protocol/x509/certificate.ts';
import type { Change, RegistrationChange, SigningContext } from '../relying-party-case.ts';

export const oid = {
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  certificatePolicies: '2.5.29.32',
  policyConstraints: '2.5.29.36',
  extendedKeyUsage: '2.5.29.37',
  inhibitAnyPolicy: '2.5.29.54',
  aaguid: '1.3.6.1.4.1.45724.1.1.4',
  androidKeyDescription: '1.3.6.1.4.1.11129.2.1.17',
  appleNonce: '1.2.840.113635.100.8.2',
  unknown: '1.3.6.1.4.1.99999.1',
} as const;

/** Returns a key of the suite; always the same one for the same name. */
export function suiteKey(name: string, algorithm: CoseAlgorithm = 'ES256'): SigningKey {
  const row = coseAlgorithms[algorithm];
  const secret = hkdfSha256(utf8(name), new Uint8Array(32), 'suite key', 'coordinate' in row ? row.coordinate : 32);
  if (algorithm === 'ES512') secret[0] = 0;
  return importSigningKey(algorithm, secret);
}

/** The dates of a certificate that has expired. */
export const expired = { notBefore: new Date('2020-01-01T00:00:00Z'), notAfter: new Date('2021-01-01T00:00:00Z') };

/** Changes the attestation certificate before it is signed. */
export const certificate = (change: (template: CertificateTemplate) => Partial<CertificateTemplate>): Change => ({
  authenticator: { certificate: (template) => ({ ...template, ...change(template) }) },
});

type EditExtensions = (extensions: readonly Extension[]) => readonly Extension[];
export const extensions = (edit: EditExtensions): Change =>
  certificate((template) => ({ extensions: edit(template.extensions) }));

export const addExtension = (extension: Extension): Change => extensions((all) => [...all, extension]);
export const removeExtension = (id: string): Change => extensions((all) => all.filter((one) => one.oid !== id));
export const editExtension = (id: string, edit: (extension: Extension) => Partial<Extension>): Change =>
  extensions((all) => all.map((one) => (one.oid === id ? { ...one, ...edit(one) } : one)));

/**
 * Valid values of the extensions that RFC 5280 defines. A relying party may process them: the constraints are such that the
 * certificates of the suite violate them.
 */
const values: Readonly<Record<string, Uint8Array>> = {
  [oid.subjectAltName]: der.sequence(der.contextSpecific(2, utf8('conformance.example'), false)),
  [oid.nameConstraints]: der.sequence(
    der.contextSpecific(0, der.sequence(der.contextSpecific(4, encodeName([['O', 'Another vendor']])))),
  ),
  [oid.certificatePolicies]: der.sequence(der.sequence(der.objectIdentifier('2.5.29.32.0'))),
  [oid.policyConstraints]: der.sequence(der.contextSpecific(0, Uint8Array.of(0), false)), // requireExplicitPolicy
  [oid.extendedKeyUsage]: der.sequence(der.objectIdentifier('1.3.6.1.5.5.7.3.2')), // TLS clients
};
const derNull = Uint8Array.of(0x05, 0x00);

/** Returns an extension; the value of one that RFC 5280 does not define is NULL. */
export const extension = (id: string, critical: boolean): Extension => ({
  oid: id,
  critical,
  value: values[id] ?? derNull,
});

const organisation = [
  ['C', 'CH'],
  ['O', 'Touchstone TEST ONLY - conformance suite'],
] as const;
const validity = { notBefore: new Date('2024-01-01T00:00:00Z'), notAfter: new Date('2049-12-31T23:59:59Z') };

type TemplateChange = (template: CertificateTemplate) => Partial<CertificateTemplate>;
const unchanged: TemplateChange = () => ({});

/** Issues certificates for one statement. */
export class ChainBuilder {
  readonly root: Authority;
  readonly #context: SigningContext;

  constructor(context: SigningContext) {
    this.#context = context;
    this.root = context.root;
  }

  /** Returns an authority `name` below `issuer`. */
  authority(name: string, issuer: Authority, change: TemplateChange = unchanged): Authority {
    const key = suiteKey(name);
    const subject: Name = [...organisation, ['CN', name]];
    const certificateBytes = this.#issue(name, subject, key, {
      issuer,
      extensions: [basicConstraints(true), keyUsage('authority')],
      change,
    });
    return { key, name: subject, certificate: certificateBytes, issuer };
  }

  /** Returns a self-signed authority that is not a trust anchor. */
  untrustedRoot(name: string): Authority {
    const key = suiteKey(name);
    const subject: Name = [...organisation, ['CN', name]];
    const self: Authority = { key, name: subject, certificate: new Uint8Array() };
    const extensionsOfRoot = [basicConstraints(true), keyUsage('authority')];
    return {
      ...self,
      certificate: this.#issue(name, subject, key, { issuer: self, extensions: extensionsOfRoot, change: unchanged }),
    };
  }

  /** Returns the certificate of the attestation key, as section 8.2.1 of WebAuthn L3 requires it. */
  leaf(
    issuer: Authority,
    change: TemplateChange = unchanged,
    key: SigningKey = this.#context.attestationKey,
  ): Uint8Array {
    const subject: Name = [...organisation, ['OU', 'Authenticator Attestation'], ['CN', 'Conformance suite']];
    return this.#issue('leaf', subject, key, {
      issuer,
      extensions: [basicConstraints(false), keyUsage('signature'), aaguidExtension(this.#context.aaguid)],
      change,
    });
  }

  #issue(
    label: string,
    subject: Name,
    { spki }: SigningKey,
    { issuer, extensions: all, change }: { issuer: Authority; extensions: Extension[]; change: TemplateChange },
  ): Uint8Array {
    const template: CertificateTemplate = {
      version: 3,
      serial: deriveSerialNumber(label),
      issuer: issuer.name,
      subject,
      ...validity,
      spki,
      extensions: all,
    };
    return signCertificate({ ...template, ...change(template) }, issuer.key);
  }
}

/** Changes a statement that is a map. */
export const statement = (change: (attStmt: CborMap, context: SigningContext) => CborValue): RegistrationChange => ({
  statement: (attStmt, context) => (attStmt instanceof Map ? change(attStmt, context) : attStmt),
});

/** Replaces x5c by certificates that `build` returns, leaf first. */
export const chain = (build: (builder: ChainBuilder) => readonly Uint8Array[]): RegistrationChange =>
  statement((attStmt, context) => new Map(attStmt).set('x5c', [...build(new ChainBuilder(context))]));
