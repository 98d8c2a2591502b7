/** Certificate chains: WebAuthn L3 section 7.1 steps 23 and 24, RFC 5280 sections 6.1.3 and 6.1.4. */
import * as der from '#protocol/der.ts';
import { flipBits } from '#protocol/edits.ts';
import type { Extension } from '#protocol/x509/certificate.ts';
import type { RegistrationChange } from '../relying-party-case.ts';
import { certificate, chain, extension, oid } from './certificates.ts';
import { accept, refuse, registrationCases } from './define.ts';

const withExtension = (changed: Extension) => (all: { extensions: readonly Extension[] }) => ({
  extensions: [...all.extensions.filter((one) => one.oid !== changed.oid), changed],
});
const withoutExtension = (id: string) => (all: { extensions: readonly Extension[] }) => ({
  extensions: all.extensions.filter((one) => one.oid !== id),
});
const pathLength = (length: number): Extension => ({
  oid: oid.basicConstraints,
  critical: true,
  value: der.sequence(der.boolean(true), der.integer(length)),
});
const before = new Date('2020-01-01T00:00:00Z');
const expired = { notBefore: before, notAfter: new Date('2021-01-01T00:00:00Z') };
const future = { notBefore: new Date('2048-01-01T00:00:00Z') };

export const chainCases = registrationCases(
  'chain',
  { attestation: 'packed-basic' },
  {
    'anchor.unknown': refuse(
      'path.anchor',
      'The chain leads to an unknown root',
      chain((one) => [one.leaf(one.untrustedRoot('Unknown root'))]),
    ),
    'anchor.unknown-in-x5c': refuse(
      'path.anchor',
      'The unknown root is in x5c',
      chain((one) => {
        const root = one.untrustedRoot('Unknown root');
        return [one.leaf(root), root.certificate];
      }),
    ),
    'anchor.self-signed-leaf': refuse(
      'path.anchor',
      'The certificate is self-signed',
      chain((one) => [
        one.leaf({
          ...one.untrustedRoot('Self'),
          name: [
            ['C', 'CH'],
            ['O', 'Self'],
          ],
        }),
      ]),
    ),
    'anchor.intermediate-missing': refuse(
      'path.anchor',
      'The intermediate certificate is missing',
      chain((one) => [one.leaf(one.authority('Intermediate', one.root))]),
    ),
    'anchor.same-name': refuse(
      'path.signature',
      'An unknown root has the name of the trusted one',
      chain((one) => [one.leaf({ ...one.untrustedRoot('Unknown root'), name: one.root.name })]),
    ),
    'signature.leaf': refuse(
      'path.signature',
      'One bit of the signature of the certificate differs',
      chain((one) => [flipBits(-1)(one.leaf(one.root))]),
    ),
    'signature.intermediate': refuse(
      'path.signature',
      'One bit of the signature of the intermediate certificate differs',
      chain((one) => {
        const intermediate = one.authority('Intermediate', one.root);
        return [one.leaf(intermediate), flipBits(-1)(intermediate.certificate)];
      }),
    ),
    'signature.other-authority': refuse(
      ['path.signature', 'path.order'],
      'The certificate is signed by another authority of the same name',
      chain((one) => {
        const intermediate = one.authority('Intermediate', one.root);
        return [one.leaf({ ...intermediate, key: one.authority('Other', one.root).key }), intermediate.certificate];
      }),
    ),
    'date.leaf-expired': refuse(
      'path.date',
      'The certificate has expired',
      certificate(() => expired),
    ),
    'date.leaf-future': refuse(
      'path.date',
      'The certificate is not valid yet',
      certificate(() => future),
    ),
    'date.swapped': refuse(
      'path.date',
      'The dates of the certificate are swapped',
      certificate(({ notBefore, notAfter }) => ({ notBefore: notAfter, notAfter: notBefore })),
    ),
    'date.intermediate-expired': refuse(
      'path.date',
      'The intermediate certificate has expired',
      chain((one) => {
        const intermediate = one.authority('Intermediate', one.root, () => expired);
        return [one.leaf(intermediate), intermediate.certificate];
      }),
    ),
    'date.intermediate-future': refuse(
      'path.date',
      'The intermediate certificate is not valid yet',
      chain((one) => {
        const intermediate = one.authority('Intermediate', one.root, () => future);
        return [one.leaf(intermediate), intermediate.certificate];
      }),
    ),
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
    'name.issuer-other': refuse(
      ['path.issuer-name', 'path.order'],
      'The issuer of the certificate is not the subject of the next',
      chain((one) => {
        const issuer = one.authority('Issuer', one.root);
        return [one.leaf(issuer, () => ({ issuer: [['CN', 'Other name']] })), issuer.certificate];
      }),
    ),
    'order.reversed': refuse(
      [
        'packed.signature',
        'leaf.basic-constraints',
        'packed.subject',
        'leaf.key-usage',
        'leaf.critical-extension',
        'path.order',
      ],
      'The intermediate certificate is first',
      chain((one) => {
        const issuer = one.authority('Issuer', one.root);
        return [issuer.certificate, one.leaf(issuer)];
      }),
    ),
    'order.unrelated-after': refuse(
      'path.order',
      'An unrelated certificate follows the root',
      chain((one) => [one.leaf(one.root), one.root.certificate, one.untrustedRoot('Unrelated').certificate]),
    ),
    'order.unrelated-instead': refuse(
      'path.order',
      'An unrelated certificate follows the certificate that the root issued',
      chain((one) => [one.leaf(one.root), one.untrustedRoot('Unrelated').certificate]),
    ),
    'duplicate.leaf': refuse(
      ['path.duplicate', 'path.order'],
      'The certificate occurs twice',
      chain((one) => {
        const leaf = one.leaf(one.root);
        return [leaf, leaf];
      }),
    ),
    'duplicate.root': refuse(
      'path.duplicate',
      'The root occurs twice',
      chain((one) => [one.leaf(one.root), one.root.certificate, one.root.certificate]),
    ),
    'control.root-issued': accept(
      'The root issued the certificate; x5c has no root',
      chain((one) => [one.leaf(one.root)]),
    ),
    'control.with-root': accept(
      'The root is in x5c',
      chain((one) => [one.leaf(one.root), one.root.certificate]),
    ),
    'control.intermediate': accept(
      'There is an intermediate certificate',
      chain((one) => {
        const issuer = one.authority('Issuer', one.root);
        return [one.leaf(issuer), issuer.certificate];
      }),
    ),
    'control.two-intermediates': accept(
      'There are two intermediate certificates and the root',
      chain((one) => {
        const first = one.authority('First', one.root);
        const second = one.authority('Second', first);
        return [one.leaf(second), second.certificate, first.certificate, one.root.certificate];
      }),
    ),
    'control.path-length': accept(
      'An authority with a path length of 0 issued the certificate',
      chain((one) => {
        const issuer = one.authority('Issuer', one.root, withExtension(pathLength(0)));
        return [one.leaf(issuer), issuer.certificate];
      }),
    ),
    'control.key-usage-missing': accept(
      'The issuer has no keyUsage',
      chain((one) => {
        const issuer = one.authority('Issuer', one.root, withoutExtension(oid.keyUsage));
        return [one.leaf(issuer), issuer.certificate];
      }),
    ),
    'control.far-future': accept(
      'The certificate is valid beyond the year 2050',
      certificate(() => ({ notAfter: new Date('9999-12-31T23:59:59Z') })),
    ),
    'required.none': refuse<RegistrationChange>(
      'attestation.required',
      'The format is none, and an attestation is required',
      {
        attestationObject: (all) => new Map(all).set('fmt', 'none').set('attStmt', new Map()),
      },
    ),
    'required.self': refuse<RegistrationChange>(
      'attestation.required',
      'The attestation is self attestation, and a certified one is required',
      {
        statement: (_, { authData, clientDataHash, credentialKey }) => {
          const signed = new Uint8Array([...authData, ...clientDataHash]);
          return new Map<string, number | Uint8Array>([
            ['alg', credentialKey.alg],
            ['sig', credentialKey.sign(signed)],
          ]);
        },
      },
    ),
  },
);
