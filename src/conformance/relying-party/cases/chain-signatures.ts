/** Anchors, signatures and dates of certificate chains: WebAuthn L3 section 7.1 step 24, RFC 5280 section 6.1.3. */
import { flipBits } from '#protocol/edits.ts';
import type { RegistrationChange } from '../relying-party-case.ts';
import { certificate, chain, expired } from './certificates.ts';
import { type Rows, refuse } from './define.ts';

const future = { notBefore: new Date('2048-01-01T00:00:00Z') };

export const signatureRows: Rows<RegistrationChange> = {
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
};
