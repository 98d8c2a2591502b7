/** makecred: the signature and the members of the attestation statement, WebAuthn L3 sections 8.2 and 8.6. */
import { concat } from '#base/bytes.ts';
import { parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import type { CborMap } from '#protocol/cbor.ts';
import { coseKeyLabels } from '#protocol/cose.ts';
import { verifySignature } from '#protocol/crypto.ts';
import { readCertificate } from '../attestation-certificate.ts';
import { check, checkEqual, checkSuccess, readBytes, readList, readMap, readText } from '../checks.ts';
import { NotApplicable } from '../failures.ts';
import { withMember } from '../members.ts';
import { authorizeRegistration, buildRegistration } from '../registration.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import type { TestContext } from '../test-context.ts';
import { keyOfCertificate } from '../u2f-host.ts';
import { makecred, registerWithCertificate } from './makecred-certificate.ts';
import { registerAndParse } from './makecred-response-support.ts';

const signatures: RequirementInput[] = [
  {
    id: 'response.packed.signature',
    title: 'The packed attestation is signed with the key of its certificate, without one with the credential key',
    document: 'WebAuthn L3',
    section: '8.2',
    provenBy: [
      'attestation.alg-other',
      'attestation.alg-unknown',
      'certificate.key-other',
      'certificate.key-off-curve',
      'signature.r-zero',
      'signature.s-zero',
      'signature.r-and-s-swapped',
      'signature.cut-off',
      'signature.other-auth-data',
      'attestation.x5c-missing',
      'fido-u2f.x5c-missing',
    ],
    async run(context) {
      const { members } = await registerAndParse(context);
      const authData = readBytes(members, 0x02, 'authData');
      const format = readText(members, 0x01, 'fmt');
      if (format !== 'packed') throw new NotApplicable(`The attestation has the format ${format}`);
      const statement = readMap(members, 0x03, 'attStmt');
      const [certificate] = statement.has('x5c') ? readList(statement, 'x5c', 'x5c') : [];
      const key =
        certificate instanceof Uint8Array
          ? keyOfCertificate(certificate)
          : parseAuthenticatorData(authData).credentialPublicKey;
      checkEqual(statement.get('alg'), key?.get(coseKeyLabels.alg), 'alg, which has to be that of the key');
      const signed = concat(authData, clientDataHashOf(context));
      const isValid = key !== undefined && verifySignature(key, signed, readBytes(statement, 'sig', 'sig'));
      check(
        isValid,
        `The signature of the statement is not valid for ${certificate ? 'its certificate' : 'the credential key'}`,
      );
    },
  },
  {
    id: 'response.packed.certificate-der',
    title: 'Every item of x5c is exactly one certificate in DER',
    document: 'WebAuthn L3',
    section: '8.2',
    provenBy: ['attestation.x5c-leaf-cut-off', 'attestation.x5c-leaf-trailing', 'attestation.x5c-leaf-garbage'],
    async run(context) {
      for (const certificate of (await registerWithCertificate(context)).chain) readCertificate(certificate);
    },
  },
  {
    id: 'response.fmt.members',
    title: 'The statement has the members of its format',
    document: 'WebAuthn L3',
    section: '8.2',
    provenBy: ['attestation.fmt-of-another'],
    provenOn: 'touchstone-key',
    async run(context) {
      const { members } = await registerAndParse(context);
      checkMembers(readText(members, 0x01, 'fmt'), readMap(members, 0x03, 'attStmt'));
    },
  },
];

const fidoU2f: RequirementInput = {
  id: 'response.fido-u2f.members',
  title: 'A statement of the format fido-u2f has exactly the members sig and x5c',
  document: 'WebAuthn L3',
  section: '8.6',
  provenBy: ['fido-u2f.alg-there'],
  provenOn: 'touchstone-complete',
  preconditions: [
    {
      reason: 'attestationFormats of getInfo does not contain fido-u2f',
      isMet: ({ attestationFormats }) => attestationFormats?.includes('fido-u2f') === true,
    },
  ],
  async run(context) {
    const request = withMember(buildRegistration(context), [attestationFormatsPreference], ['fido-u2f']);
    const authorized = await authorizeRegistration(context, request);
    const members = checkSuccess(await context.send('authenticatorMakeCredential', authorized));
    const format = readText(members, 0x01, 'fmt');
    if (format !== 'fido-u2f') throw new NotApplicable(`The authenticator prefers the format ${format}`);
    checkMembers(format, readMap(members, 0x03, 'attStmt'));
  },
};

/** The member of the request. */
const attestationFormatsPreference = 0x0b;

/** clientDataHash is the first member of a canonical request: command, map head, key 1, byte string of 32 bytes. */
const clientDataHashOf = ({ exchanges }: TestContext): Uint8Array =>
  (exchanges.at(-1)?.request ?? new Uint8Array()).slice(5, 37);

/** Members of the formats that authenticators over CTAP use; other formats are not checked. */
const statementMembers: Record<string, readonly string[]> = {
  none: [],
  'fido-u2f': ['sig', 'x5c'],
};

function checkMembers(format: string, statement: CborMap): void {
  const expected = statementMembers[format];
  const found = [...statement.keys()].map(String).toSorted();
  if (expected)
    check(
      found.join() === expected.join(),
      `Expected the members ${expected.join(', ') || 'none'} for ${format}, got ${found.join(', ') || 'none'}`,
    );
}

export const attestationStatement = defineGroup(makecred, [...signatures, fidoU2f]);
