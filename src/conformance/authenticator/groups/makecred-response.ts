/** makecred: the answer to authenticatorMakeCredential, CTAP 2.1 section 6.1 and WebAuthn L3 sections 6.1 and 6.5. */
import { concat } from '#base/bytes.ts';
import { type AuthenticatorData, flag, parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import type { CborMap } from '#protocol/cbor.ts';
import { coseAlgorithms, parseCoseKey } from '#protocol/cose.ts';
import { sha256, verifySignature } from '#protocol/crypto.ts';
import { check, checkEqual, checkEqualBytes, checkSuccess, readBytes, readList, readMap, readText } from '../checks.ts';
import { NotApplicable } from '../failures.ts';
import {
  algorithmOfVariant,
  algorithmVariants,
  discoverabilityVariants,
  pinAuthorizesCeremonies,
  pinProtocolVariants,
  registersWithoutPin,
} from '../preconditions.ts';
import { register, sendRegistration } from '../registration.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import type { TestContext } from '../test-context.ts';

const authenticatorData = { document: 'WebAuthn L3', section: '6.1' } as const;

/** Registers, and returns the members of the answer and the parsed authenticator data. */
async function registerAndParse(context: TestContext): Promise<{ members: CborMap; authData: AuthenticatorData }> {
  const algorithm = algorithmOfVariant(context.variant);
  const options = {
    rk: context.variant === 'rk',
    ...(algorithm && { algorithm: coseAlgorithms[algorithm].alg }),
  };
  const members = checkSuccess(await sendRegistration(context, options));
  return { members, authData: parseAuthenticatorData(readBytes(members, 0x02, 'authData')) };
}

const attestedData = (data: AuthenticatorData) => {
  check(data.attestedCredentialData !== undefined, 'Expected attested credential data in authData');
  return data.attestedCredentialData;
};

/** The statement of the packed format. @throws {NotApplicable} for other formats. */
function packedStatement(members: CborMap): CborMap {
  const format = readText(members, 0x01, 'fmt');
  if (format !== 'packed') throw new NotApplicable(`The attestation format is ${format}, not packed`);
  return readMap(members, 0x03, 'attStmt');
}

const flagRequirement = (
  id: string,
  title: string,
  provenBy: string,
  isMet: (flags: number) => boolean,
): RequirementInput => ({
  id: `response.flags.${id}`,
  title,
  ...authenticatorData,
  provenBy: [provenBy],
  variants: discoverabilityVariants,
  async run(context) {
    const { members } = await registerAndParse(context);
    const flags = readBytes(members, 0x02, 'authData')[32] ?? 0;
    check(isMet(flags), `${title}: got flags 0x${flags.toString(16)}`);
  },
});

const members: RequirementInput[] = [
  {
    id: 'response.fmt',
    title: 'fmt is a text string',
    section: '6.1.2',
    provenBy: ['attestation.fmt-missing', 'attestation.fmt-number'],
    variants: discoverabilityVariants,
    run: async (context) => void readText((await registerAndParse(context)).members, 0x01, 'fmt'),
  },
  {
    id: 'response.auth-data',
    title: 'authData is a byte string',
    section: '6.1.2',
    provenBy: ['attestation.auth-data-missing'],
    variants: discoverabilityVariants,
    run: async (context) => void (await registerAndParse(context)),
  },
  {
    id: 'response.att-stmt',
    title: 'attStmt is a map',
    section: '6.1.2',
    provenBy: ['attestation.statement-missing', 'attestation.statement-list'],
    variants: discoverabilityVariants,
    run: async (context) => void readMap((await registerAndParse(context)).members, 0x03, 'attStmt'),
  },
  {
    id: 'response.auth-data.layout',
    title: 'authData has exactly the parts that its flags announce',
    ...authenticatorData,
    provenBy: ['authdata.trailing-byte', 'authdata.cut-in-credential-id', 'flags.at-missing', 'flags.ed-claimed'],
    variants: algorithmVariants,
    run: async (context) => void (await registerAndParse(context)),
  },
  {
    id: 'response.rp-id-hash',
    title: 'rpIdHash is the SHA-256 of rp.id',
    ...authenticatorData,
    provenBy: ['authdata.rp-id-hash-other', 'authdata.rp-id-hash-bit'],
    variants: discoverabilityVariants,
    async run(context) {
      const { authData } = await registerAndParse(context);
      checkEqualBytes(authData.rpIdHash, sha256(context.rpId), 'rpIdHash');
    },
  },
  {
    id: 'response.attested-data',
    title: 'authData of a registration contains attested credential data',
    document: 'WebAuthn L3',
    section: '6.5.1',
    provenBy: ['authdata.not-attested'],
    variants: discoverabilityVariants,
    run: async (context) => void attestedData((await registerAndParse(context)).authData),
  },
  {
    id: 'response.aaguid',
    title: 'The AAGUID of a credential is that of getInfo',
    document: 'WebAuthn L3',
    section: '6.5.1',
    provenBy: ['authdata.aaguid-other'],
    async run(context) {
      const { members, authData } = await registerAndParse(context);
      if (members.get(0x01) !== 'packed') throw new NotApplicable('Only the packed format has to contain the AAGUID');
      checkEqualBytes(attestedData(authData).aaguid, context.info.aaguid, 'the AAGUID');
    },
  },
];

const credentialIds: RequirementInput[] = [
  {
    id: 'response.credential-id.length',
    title: 'A credential ID has at least 16 and at most 1023 bytes',
    document: 'WebAuthn L3',
    section: '4',
    provenBy: ['authdata.credential-id-short', 'authdata.credential-id-too-long', 'authdata.credential-id-empty'],
    variants: discoverabilityVariants,
    async run(context) {
      const { length } = attestedData((await registerAndParse(context)).authData).credentialId;
      check(length >= 16 && length <= 1023, `Expected a credential ID of 16 to 1023 bytes, got ${length}`);
    },
  },
  {
    id: 'response.credential-id.max',
    title: 'No credential ID is longer than maxCredentialIdLength',
    section: '6.4',
    provenBy: ['getinfo.id-length-zero'],
    variants: discoverabilityVariants,
    async run(context) {
      const max = context.info.maxCredentialIdLength;
      if (max === undefined) throw new NotApplicable('getInfo does not contain maxCredentialIdLength');
      const { length } = attestedData((await registerAndParse(context)).authData).credentialId;
      check(length <= max, `Expected a credential ID of at most ${max} bytes, got ${length}`);
    },
  },
  {
    id: 'response.credential-id.unique',
    title: 'Two registrations give different credential IDs',
    document: 'WebAuthn L3',
    section: '4',
    provenBy: ['authdata.credential-id-shared'],
    variants: discoverabilityVariants,
    async run(context) {
      const rk = context.variant === 'rk';
      const first = await register(context, { rk });
      const second = await register(context, { rk, userId: new Uint8Array(16).fill(2) });
      check(!Buffer.from(first.id).equals(second.id), 'Expected different credential IDs, got the same twice');
    },
  },
];

const keys: RequirementInput[] = [
  {
    id: 'response.public-key.form',
    title: 'The public key is a COSE_Key with exactly the members of its key type',
    document: 'WebAuthn L3',
    section: '6.5.1.1',
    provenBy: [
      'cose.kty-missing',
      'cose.alg-missing',
      'cose.x-missing',
      'cose.key-id',
      'cose.private-part',
      'cose.x-text',
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
    section: '6.5.1.1',
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
    provenBy: ['attestation.alg-missing', 'attestation.alg-text'],
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
    provenBy: ['attestation.sig-missing', 'attestation.sig-text'],
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

const flags: RequirementInput[] = [
  flagRequirement('up', 'UP is set after a touch', 'flags.up-missing', (bits) => (bits & flag.UP) !== 0),
  flagRequirement('at', 'AT is set in a registration', 'flags.at-missing', (bits) => (bits & flag.AT) !== 0),
  flagRequirement('rfu1', 'The reserved bit 1 is clear', 'flags.rfu1-set', (bits) => (bits & 0x02) === 0),
  flagRequirement('rfu2', 'The reserved bit 5 is clear', 'flags.rfu2-set', (bits) => (bits & 0x20) === 0),
  flagRequirement(
    'bs',
    'BS is set only if BE is set',
    'flags.bs-without-be',
    (bits) => (bits & flag.BS) === 0 || (bits & flag.BE) !== 0,
  ),
  {
    id: 'response.flags.uv',
    title: 'UV is set after verification with a token',
    section: '6.1.2 step 11',
    provenBy: ['flags.uv-missing'],
    preconditions: [pinAuthorizesCeremonies],
    state: 'pin',
    variants: pinProtocolVariants,
    async run(context) {
      const { authData } = await registerAndParse(context);
      check((authData.flags & flag.UV) !== 0, 'Expected UV to be set');
    },
  },
  {
    id: 'response.flags.uv-clear',
    title: 'UV is clear without user verification',
    section: '6.1.2 step 11',
    provenBy: ['flags.uv-claimed'],
    provenOn: 'touchstone-key',
    async run(context) {
      const members = checkSuccess(await sendRegistration(context, { verified: false }));
      const { flags: bits } = parseAuthenticatorData(readBytes(members, 0x02, 'authData'));
      check((bits & flag.UV) === 0, 'Expected UV to be clear');
    },
    preconditions: [
      {
        reason: 'The authenticator verifies the user for every registration',
        isMet: ({ options }) => options?.uv !== true && options?.alwaysUv !== true,
      },
    ],
  },
];

const signatures: RequirementInput[] = [
  {
    id: 'response.packed.self-signature',
    title: 'A self attestation is signed with the credential key',
    document: 'WebAuthn L3',
    section: '8.2',
    provenBy: ['signature.bit-flipped', 'signature.no-challenge', 'signature.other-challenge'],
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

export const makeCredentialResponse = defineGroup(
  { group: 'makecred', document: 'CTAP 2.1', preconditions: [registersWithoutPin] },
  [...members, ...credentialIds, ...keys, ...statements, ...flags, ...signatures],
);
