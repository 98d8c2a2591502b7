/** makecred: public key and attestation statement of the answer, WebAuthn L3 sections 6.5 and 8.2. */
import { concat } from '#base/bytes.ts';
import { parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import type { CborMap } from '#protocol/cbor.ts';
import { coseAlgorithms, parseCoseKey } from '#protocol/cose.ts';
import { verifySignature } from '#protocol/crypto.ts';
import { check, checkEqual, readBytes, readList, readMap, readText } from '../checks.ts';
import { NotApplicable } from '../failures.ts';
import { algorithmOfVariant, algorithmVariants, registersWithoutPin } from '../preconditions.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import { registerAndParse } from './makecred-response-support.ts';

/** The statement of the packed format. @throws {NotApplicable} for other formats. */
function packedStatement(members: CborMap): CborMap {
  const format = readText(members, 0x01, 'fmt');
  if (format !== 'packed') throw new NotApplicable(`The attestation format is ${format}, not packed`);
  return readMap(members, 0x03, 'attStmt');
}

const keys: RequirementInput[] = [
  {
    id: 'response.public-key.form',
    title: 'The public key is a COSE_Key with exactly the members of its key type',
    document: 'WebAuthn L3',
    section: '6.5.1',
    provenBy: [
      'cose.kty-missing',
      'cose.alg-missing',
      'cose.x-missing',
      'cose.key-id',
      'cose.private-part',
      'cose.x-text',
      'cose.empty-map',
      'cose.crv-missing',
      'cose.y-missing',
      'cose.kty-okp',
      'cose.kty-unknown',
      'cose.alg-text',
      'cose.alg-of-hash',
      'cose.crv-p384',
      'cose.crv-ed25519',
      'cose.x-short',
      'cose.x-long',
      'cose.y-short',
      'cose.y-sign-bit',
    ],
    async run(context) {
      const { credentialPublicKey } = parseAuthenticatorData(
        readBytes((await registerAndParse(context)).members, 0x02, 'authData'),
      );
      check(credentialPublicKey !== undefined, 'Expected a public key in authData');
      parseCoseKey(credentialPublicKey);
    },
  },
  {
    id: 'response.public-key.algorithm',
    title: 'The public key has the algorithm of the request',
    section: '6.1.2 step 3',
    provenBy: ['cose.alg-not-asked'],
    variants: algorithmVariants,
    async run(context) {
      const { credentialPublicKey } = parseAuthenticatorData(
        readBytes((await registerAndParse(context)).members, 0x02, 'authData'),
      );
      const name = algorithmOfVariant(context.variant);
      checkEqual(credentialPublicKey?.get(3), name && coseAlgorithms[name].alg, 'alg of the public key');
    },
  },
  {
    id: 'response.public-key.canonical',
    title: 'The public key is canonical CBOR',
    document: 'WebAuthn L3',
    section: '6.5.1',
    provenBy: ['cose.unsorted', 'cose.duplicate-member', 'cose.indefinite'],
    run: async (context) => void (await registerAndParse(context)),
  },
];

const statements: RequirementInput[] = [
  {
    id: 'response.packed.alg',
    title: 'The packed statement contains a COSE algorithm',
    document: 'WebAuthn L3',
    section: '8.2',
    provenBy: ['attestation.alg-missing', 'attestation.alg-text', 'attestation.empty'],
    async run(context) {
      const alg = packedStatement((await registerAndParse(context)).members).get('alg');
      check(typeof alg === 'number', 'Expected alg of attStmt to be an integer');
    },
  },
  {
    id: 'response.packed.sig',
    title: 'The packed statement contains a signature',
    document: 'WebAuthn L3',
    section: '8.2',
    provenBy: ['attestation.sig-missing', 'attestation.sig-text', 'fido-u2f.sig-missing'],
    run: async (context) => void readBytes(packedStatement((await registerAndParse(context)).members), 'sig', 'sig'),
  },
  {
    id: 'response.packed.members',
    title: 'The packed statement has no other members than alg, sig and x5c',
    document: 'WebAuthn L3',
    section: '8.2',
    provenBy: ['attestation.member-more', 'attestation.ecdaa-key-id'],
    async run(context) {
      const statement = packedStatement((await registerAndParse(context)).members);
      const unknown = [...statement.keys()].filter((key) => !['alg', 'sig', 'x5c'].includes(String(key)));
      check(unknown.length === 0, `Expected the members alg, sig and x5c, got also ${unknown.join(', ')}`);
    },
  },
  {
    id: 'response.packed.x5c',
    title: 'x5c is a non-empty array of certificates',
    document: 'WebAuthn L3',
    section: '8.2',
    provenBy: ['attestation.x5c-empty', 'attestation.x5c-bytes', 'attestation.x5c-text'],
    async run(context) {
      const statement = packedStatement((await registerAndParse(context)).members);
      if (!statement.has('x5c')) throw new NotApplicable('The statement is a self attestation');
      const chain = readList(statement, 'x5c', 'x5c');
      check(chain.length > 0, 'Expected at least one certificate in x5c');
      check(
        chain.every((certificate) => certificate instanceof Uint8Array && certificate[0] === 0x30),
        'Expected every item of x5c to be a DER sequence',
      );
    },
  },
  {
    id: 'response.fmt.advertised',
    title: 'fmt is one of attestationFormats of getInfo',
    document: 'CTAP 2.3',
    section: '6.4',
    provenBy: ['attestation.fmt-unknown', 'attestation.fmt-case', 'attestation.fmt-empty'],
    async run(context) {
      const formats = context.info.attestationFormats;
      if (!formats) throw new NotApplicable('getInfo does not contain attestationFormats');
      const format = readText((await registerAndParse(context)).members, 0x01, 'fmt');
      check([...formats, 'none'].includes(format), `Expected fmt to be one of ${formats.join(', ')}, got ${format}`);
    },
  },
];

const signatures: RequirementInput[] = [
  {
    id: 'response.packed.self-signature',
    title: 'A self attestation is signed with the credential key',
    document: 'WebAuthn L3',
    section: '8.2',
    provenBy: [
      'signature.bit-flipped',
      'signature.no-challenge',
      'signature.other-challenge',
      'signature.der-padded',
      'cose.off-curve',
      'cose.infinity',
      'fido-u2f.sig-bit-flipped',
    ],
    provenOn: 'windows-hello-vbs',
    async run(context) {
      const { members } = await registerAndParse(context);
      const statement = packedStatement(members);
      if (statement.has('x5c')) throw new NotApplicable('The statement is not a self attestation');
      const authData = readBytes(members, 0x02, 'authData');
      const { credentialPublicKey } = parseAuthenticatorData(authData);
      const request = context.exchanges.at(-1)?.request ?? new Uint8Array();
      const hash = clientDataHashOf(request);
      check(
        credentialPublicKey !== undefined &&
          verifySignature(credentialPublicKey, concat(authData, hash), readBytes(statement, 'sig', 'sig')),
        'The signature of the statement is invalid',
      );
    },
  },
];

/** clientDataHash is the first member of a canonical request: command, map head, key 1, byte string of 32 bytes. */
const clientDataHashOf = (request: Uint8Array): Uint8Array => request.slice(5, 37);

export const makeCredentialAttestation = defineGroup(
  { group: 'makecred', document: 'CTAP 2.1', preconditions: [registersWithoutPin] },
  [...keys, ...statements, ...signatures],
);
