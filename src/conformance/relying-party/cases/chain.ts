/** Certificate chains: WebAuthn L3 section 7.1 steps 23 and 24, RFC 5280 sections 6.1.3 and 6.1.4. */
import type { RegistrationChange } from '../relying-party-case.ts';
import { certificate, chain, oid } from './certificates.ts';
import { authorityRows, pathLength, withExtension, withoutExtension } from './chain-authorities.ts';
import { signatureRows } from './chain-signatures.ts';
import { accept, mayAccept, type Rows, refuse, registrationCases } from './define.ts';

const isSurplus = 'Step 24 of section 7.1 asks for a chain to a root, and does not exclude further certificates in x5c';

const orderRows: Rows<RegistrationChange> = {
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
  'order.unrelated-after': mayAccept(
    isSurplus,
    refuse(
      'path.order',
      'An unrelated certificate follows the root',
      chain((one) => [one.leaf(one.root), one.root.certificate, one.untrustedRoot('Unrelated').certificate]),
    ),
  ),
  'order.unrelated-instead': mayAccept(
    isSurplus,
    refuse(
      'path.order',
      'An unrelated certificate follows the certificate that the root issued',
      chain((one) => [one.leaf(one.root), one.untrustedRoot('Unrelated').certificate]),
    ),
  ),
  'duplicate.leaf': mayAccept(
    isSurplus,
    refuse(
      ['path.duplicate', 'path.order'],
      'The certificate occurs twice',
      chain((one) => {
        const leaf = one.leaf(one.root);
        return [leaf, leaf];
      }),
    ),
  ),
  'duplicate.root': mayAccept(
    isSurplus,
    refuse(
      'path.duplicate',
      'The root occurs twice',
      chain((one) => [one.leaf(one.root), one.root.certificate, one.root.certificate]),
    ),
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
};

export const chainCases = registrationCases(
  'chain',
  { attestation: 'packed-basic' },
  { ...signatureRows, ...authorityRows, ...orderRows },
);
