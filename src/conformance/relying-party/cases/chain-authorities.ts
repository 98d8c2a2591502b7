/** Authorities in certificate chains: RFC 5280 sections 4.2 and 6.1.4. */
import * as der from '#protocol/der.ts';
import type { Extension } from '#protocol/x509/certificate.ts';
import type { RegistrationChange } from '../relying-party-case.ts';
import { chain, extension, oid } from './certificates.ts';
import { type Rows, refuse } from './define.ts';

export const withExtension = (changed: Extension) => (all: { extensions: readonly Extension[] }) => ({
  extensions: [...all.extensions.filter((one) => one.oid !== changed.oid), changed],
});
export const withoutExtension = (id: string) => (all: { extensions: readonly Extension[] }) => ({
  extensions: all.extensions.filter((one) => one.oid !== id),
});
export const pathLength = (length: number): Extension => ({
  oid: oid.basicConstraints,
  critical: true,
  value: der.sequence(der.boolean(true), der.integer(length)),
});

export const authorityRows: Rows<RegistrationChange> = {
  'authority.leaf-as-issuer': refuse(
    'path.authority',
    'A certificate with CA false issued the certificate',
    chain((one) => {
      const issuer = one.authority(
        'Not an authority',
        one.root,
        withExtension({ oid: oid.basicConstraints, critical: true, value: der.sequence() }),
      );
      return [one.leaf(issuer), issuer.certificate];
    }),
  ),
  'authority.constraints-missing': refuse(
    'path.authority',
    'The issuer has no basicConstraints',
    chain((one) => {
      const issuer = one.authority('Not an authority', one.root, withoutExtension(oid.basicConstraints));
      return [one.leaf(issuer), issuer.certificate];
    }),
  ),
  'authority.version-1': refuse(
    'path.authority',
    'The issuer has a certificate of version 1',
    chain((one) => {
      const issuer = one.authority('Version 1', one.root, () => ({ version: 1 }));
      return [one.leaf(issuer), issuer.certificate];
    }),
  ),
  'authority.key-usage-signature': refuse(
    'path.key-usage',
    'The issuer may sign data, but no certificates',
    chain((one) => {
      const issuer = one.authority(
        'Signer',
        one.root,
        withExtension({ oid: oid.keyUsage, critical: true, value: der.bitString(Uint8Array.of(0x80), 7) }),
      );
      return [one.leaf(issuer), issuer.certificate];
    }),
  ),
  'authority.key-usage-revocation': refuse(
    'path.key-usage',
    'The issuer may sign revocation lists only',
    chain((one) => {
      const issuer = one.authority(
        'Signer',
        one.root,
        withExtension({ oid: oid.keyUsage, critical: true, value: der.bitString(Uint8Array.of(0x02), 1) }),
      );
      return [one.leaf(issuer), issuer.certificate];
    }),
  ),
  'length.zero': refuse(
    'path.length',
    'An authority with a path length of 0 issued another authority',
    chain((one) => {
      const first = one.authority('First', one.root, withExtension(pathLength(0)));
      const second = one.authority('Second', first);
      return [one.leaf(second), second.certificate, first.certificate];
    }),
  ),
  'length.one': refuse(
    'path.length',
    'Two authorities are below one with a path length of 1',
    chain((one) => {
      const first = one.authority('First', one.root, withExtension(pathLength(1)));
      const second = one.authority('Second', first);
      const third = one.authority('Third', second);
      return [one.leaf(third), third.certificate, second.certificate, first.certificate];
    }),
  ),
  'critical.unknown': refuse(
    'path.critical-extension',
    'The issuer has an unknown critical extension',
    chain((one) => {
      const issuer = one.authority('Critical', one.root, withExtension(extension(oid.unknown, true)));
      return [one.leaf(issuer), issuer.certificate];
    }),
  ),
  'critical.name-constraints': refuse(
    'path.critical-extension',
    'The issuer has critical name constraints',
    chain((one) => {
      const issuer = one.authority('Critical', one.root, withExtension(extension(oid.nameConstraints, true)));
      return [one.leaf(issuer), issuer.certificate];
    }),
  ),
  'critical.policy-constraints': refuse(
    'path.critical-extension',
    'The issuer has critical policy constraints',
    chain((one) => {
      const issuer = one.authority('Critical', one.root, withExtension(extension(oid.policyConstraints, true)));
      return [one.leaf(issuer), issuer.certificate];
    }),
  ),
};
