/** The BLOB of a metadata service: FIDO Metadata Service 3.0 sections 3.1 and 3.2. */
import { toBase64url, utf8 } from '#base/bytes.ts';
import { flipBits } from '#protocol/edits.ts';
import { createAuthority } from '#protocol/x509/authority.ts';
import {
  issueRevocationList,
  issueServiceCertificate,
  otherServiceKey,
  serviceKey,
  serviceSerial,
} from '../metadata-service.ts';
import type { RegistrationChange } from '../relying-party-case.ts';
import { expired, suiteKey } from './certificates.ts';
import { accept, type Rows, refuse, registrationCases } from './define.ts';
import { header, metadata, metadataBase, token } from './metadata-edits.ts';
import { payloadRows } from './metadata-payload.ts';

const encode = (value: unknown): string => toBase64url(utf8(JSON.stringify(value)));
const other = createAuthority([['CN', 'Other authority']], 'other authority', suiteKey('other authority'));
const future = { notBefore: new Date('2048-01-01T00:00:00Z') };

const tokenRows: Rows<RegistrationChange> = {
  'token.empty': refuse(
    'blob.token',
    'The BLOB is empty',
    token(() => ''),
  ),
  'token.two-parts': refuse(
    'blob.token',
    'The signature is missing',
    token(([first, second]) => `${first}.${second}`),
  ),
  'token.signature-empty': refuse(
    'blob.token',
    'The signature is empty',
    token(([first, second]) => `${first}.${second}.`),
  ),
  'token.four-parts': refuse(
    'blob.token',
    'A fourth part follows',
    token((parts) => [...parts, 'AA'].join('.')),
  ),
  'token.header-not-json': refuse(
    'blob.token',
    'The header is no JSON',
    token(([, second, third]) => `AAAA.${second}.${third}`),
  ),
  'token.header-list': refuse(
    'blob.token',
    'The header is a list',
    token(([, second, third]) => `${encode([])}.${second}.${third}`),
  ),
  'token.header-base64': refuse(
    'blob.token',
    'The header has characters of another alphabet',
    token(([first, second, third]) => `+/${first}.${second}.${third}`),
  ),
  'token.payload-not-json': refuse(
    'blob.token',
    'The payload is no JSON',
    token(([first, , third]) => `${first}.AAAA.${third}`),
  ),
  'token.payload-list': refuse(
    'blob.token',
    'The payload is a list',
    token(([first, , third]) => `${first}.${encode([])}.${third}`),
  ),
  'token.json': refuse(
    'blob.token',
    'The BLOB is its payload as JSON',
    token(([, second]) => Buffer.from(second, 'base64url').toString()),
  ),
};

const certificateRows: Rows<RegistrationChange> = {
  'x5c.missing': refuse('blob.certificates', 'x5c is missing', header({ x5c: undefined })),
  'x5c.empty': refuse('blob.certificates', 'x5c is empty', header({ x5c: [] })),
  'x5c.text': refuse('blob.certificates', 'x5c is text', header({ x5c: 'MIIB' })),
  'x5c.not-a-certificate': refuse(
    'blob.certificates',
    'x5c has something else than a certificate',
    header({ x5c: ['AAAA'] }),
  ),
  'x5c.cut-off': refuse(
    'blob.certificates',
    'The certificate is cut off',
    metadata(({ chain }) => ({ chain: chain.map((der) => der.subarray(0, -8)) })),
  ),
  'chain.other-root': refuse(
    'blob.chain',
    'The chain leads to another root',
    metadata(() => ({ roots: [other.certificate] })),
  ),
  'chain.unknown-issuer': refuse(
    'blob.chain',
    'An unknown authority has issued the certificate',
    metadata(() => ({ chain: [issueServiceCertificate(other)] })),
  ),
  'chain.same-name': refuse(
    'blob.chain',
    'An unknown authority has the name of the root',
    metadata(({ root }) => ({ chain: [issueServiceCertificate({ ...other, name: root.name })] })),
  ),
  'chain.self-signed': refuse(
    'blob.chain',
    'The certificate is self-signed',
    metadata(({ root }) => ({ chain: [issueServiceCertificate({ ...root, key: serviceKey })] })),
  ),
  'chain.expired': refuse(
    'blob.chain',
    'The certificate has expired',
    metadata(({ root }) => ({ chain: [issueServiceCertificate(root, () => expired)] })),
  ),
  'chain.future': refuse(
    'blob.chain',
    'The certificate is not valid yet',
    metadata(({ root }) => ({ chain: [issueServiceCertificate(root, () => future)] })),
  ),
  'chain.signature': refuse(
    'blob.chain',
    'One bit of the signature of the certificate differs',
    metadata(({ chain }) => ({ chain: chain.map(flipBits(-1)) })),
  ),
  'chain.intermediate-missing': refuse(
    'blob.chain',
    'The intermediate certificate is missing',
    metadata(({ root }) => ({
      chain: [
        issueServiceCertificate(
          createAuthority([['CN', 'Intermediate']], 'intermediate', suiteKey('intermediate'), root),
        ),
      ],
    })),
  ),
  'chain.not-an-authority': refuse(
    'blob.chain',
    'The intermediate certificate is not one of an authority',
    metadata(({ root }) => {
      const key = suiteKey('no authority');
      const name = [['CN', 'Metadata service of the suite']] as const;
      const leaf = issueServiceCertificate(root, () => ({ spki: key.spki }));
      return { chain: [issueServiceCertificate({ key, name, certificate: leaf }), leaf] };
    }),
  ),
  'chain.control-intermediate': accept(
    'An intermediate certificate is between service and root',
    metadata(({ root }) => {
      const intermediate = createAuthority([['CN', 'Intermediate']], 'intermediate', suiteKey('intermediate'), root);
      return { chain: [issueServiceCertificate(intermediate), intermediate.certificate] };
    }),
  ),
  'chain.control-root': accept(
    'x5c ends with the root',
    metadata(({ chain, root }) => ({ chain: [...chain, root.certificate] })),
  ),
};

const listRows: Rows<RegistrationChange> = {
  'revoked.service': refuse(
    'blob.revoked',
    'The certificate of the service is revoked',
    metadata(({ root }) => ({ revocationLists: [issueRevocationList(root, { revoked: [serviceSerial] })] })),
  ),
  'revoked.among-others': refuse(
    'blob.revoked',
    'The certificate of the service is revoked, and others too',
    metadata(({ root }) => ({
      revocationLists: [issueRevocationList(root, { revoked: [Uint8Array.of(1), serviceSerial, Uint8Array.of(2)] })],
    })),
  ),
  'revoked.intermediate': refuse(
    'blob.revoked',
    'The intermediate certificate is revoked',
    metadata(({ root }) => {
      const intermediate = createAuthority([['CN', 'Intermediate']], 'intermediate', suiteKey('intermediate'), root);
      const list = issueRevocationList(root, { revoked: [serialOf(intermediate.certificate)] });
      return { chain: [issueServiceCertificate(intermediate), intermediate.certificate], revocationLists: [list] };
    }),
  ),
  'list.signature': refuse(
    'blob.revocation-list',
    'The revocation list is signed with another key',
    metadata(({ root }) => ({ revocationLists: [issueRevocationList(root, { key: otherServiceKey })] })),
  ),
  'list.bit': refuse(
    'blob.revocation-list',
    'One bit of the signature of the revocation list differs',
    metadata(({ root }) => ({ revocationLists: [flipBits(-1)(issueRevocationList(root))] })),
  ),
  'list.old': refuse(
    'blob.revocation-list',
    'The revocation list should have been updated',
    metadata(({ root }) => ({
      revocationLists: [issueRevocationList(root, { nextUpdate: new Date('2024-02-01T00:00:00Z') })],
    })),
  ),
  'list.future': refuse(
    'blob.revocation-list',
    'The revocation list is not valid yet',
    metadata(({ root }) => ({ revocationLists: [issueRevocationList(root, { thisUpdate: future.notBefore })] })),
  ),
  'list.control-empty': accept(
    'The revocation list has no certificates',
    metadata(({ root }) => ({ revocationLists: [issueRevocationList(root)] })),
  ),
  'list.control-other-serial': accept(
    'Another certificate is revoked',
    metadata(({ root }) => ({ revocationLists: [issueRevocationList(root, { revoked: [Uint8Array.of(1)] })] })),
  ),
  'list.control-other-authority': accept(
    'Another authority has revoked the number',
    metadata(() => ({ revocationLists: [issueRevocationList(other, { revoked: [serviceSerial] })] })),
  ),
};

const signatureRows: Rows<RegistrationChange> = {
  'algorithm.none': refuse('blob.algorithm', 'alg is none', header({ alg: 'none' })),
  'algorithm.mac': refuse('blob.algorithm', 'alg is HS256', header({ alg: 'HS256' })),
  'algorithm.missing': refuse('blob.algorithm', 'alg is missing', header({ alg: undefined })),
  'algorithm.number': refuse('blob.algorithm', 'alg is a number', header({ alg: -7 })),
  'algorithm.of-rsa': refuse('blob.algorithm', 'alg is RS256, but the key is one of ECDSA', header({ alg: 'RS256' })),
  'algorithm.of-p384': refuse('blob.algorithm', 'alg is ES384, but the key is one of P-256', header({ alg: 'ES384' })),
  'signature.bit': refuse(
    'blob.signature',
    'One bit of the signature differs',
    token(
      ([first, second, third]) => `${first}.${second}.${toBase64url(flipBits(-1)(Buffer.from(third, 'base64url')))}`,
    ),
  ),
  'signature.other-key': refuse(
    'blob.signature',
    'The signature is made with another key',
    metadata(() => ({ key: otherServiceKey })),
  ),
  'signature.zero': refuse(
    'blob.signature',
    'The signature is zero',
    token(([first, second]) => `${first}.${second}.${toBase64url(new Uint8Array(64))}`),
  ),
  'signature.cut-off': refuse(
    'blob.signature',
    'The signature is cut off',
    token(([first, second, third]) => `${first}.${second}.${third.slice(0, -4)}`),
  ),
  'signature.of-other-payload': refuse(
    'blob.signature',
    'The payload changes after it was signed',
    token(([first, second, third]) => `${first}.${encode({ ...decode(second), no: 8 })}.${third}`),
  ),
  'signature.of-other-header': refuse(
    'blob.signature',
    'The header changes after it was signed',
    token(([first, second, third]) => `${encode({ ...decode(first), typ: 'JOSE' })}.${second}.${third}`),
  ),
};

const decode = (part: string): object => JSON.parse(Buffer.from(part, 'base64url').toString()) as object;

/** Returns the content octets of the serial number. */
const serialOf = (der: Uint8Array): Uint8Array => {
  // Certificate and TBSCertificate have long lengths of two bytes; the version takes five bytes.
  const at = 4 + 4 + 5;
  return der.subarray(at + 2, at + 2 + (der[at + 1] ?? 0));
};

export const metadataBlobCases = registrationCases('metadata-blob', metadataBase, {
  ...tokenRows,
  ...certificateRows,
  ...listRows,
  ...signatureRows,
  ...payloadRows,
});
