/** makecred: members and authenticator data of the answer, CTAP 2.1 section 6.1 and WebAuthn L3 section 6.1. */
import { flag, parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import { sha256 } from '#protocol/crypto.ts';
import { check, checkEqualBytes, checkSuccess, readBytes, readMap, readText } from '../checks.ts';
import { NotApplicable } from '../failures.ts';
import { formatCbor } from '../format-cbor.ts';
import {
  algorithmVariants,
  discoverabilityVariants,
  pinAuthorizesCeremonies,
  pinProtocolVariants,
  registersWithoutPin,
} from '../preconditions.ts';
import { register, sendRegistration } from '../registration.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import { attestedData, authenticatorData, registerAndParse } from './makecred-response-support.ts';

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
    provenBy: ['attestation.auth-data-missing', 'flags.all-set'],
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
    provenBy: [
      'authdata.trailing-byte',
      'authdata.cut-in-credential-id',
      'flags.at-missing',
      'flags.ed-claimed',
      'authdata.empty',
      'authdata.cut-before-flags',
      'authdata.cut-in-counter',
      'authdata.cut-in-aaguid',
      'authdata.doubled',
      'authdata.extensions-not-a-map',
      'authdata.credential-id-length-more',
      'authdata.credential-id-length-less',
      'authdata.credential-id-length-beyond',
    ],
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
    provenBy: ['authdata.not-attested', 'flags.all-clear', 'cose.absent', 'cose.cut-off', 'cose.not-a-map'],
    variants: discoverabilityVariants,
    run: async (context) => void attestedData((await registerAndParse(context)).authData),
  },
  {
    id: 'response.aaguid',
    title: 'The AAGUID of a credential is that of getInfo',
    document: 'WebAuthn L3',
    section: '6.5.1',
    provenBy: ['authdata.aaguid-other', 'authdata.aaguid-zero', 'fido-u2f.aaguid'],
    async run(context) {
      const { members, authData } = await registerAndParse(context);
      if (members.get(0x01) !== 'packed') throw new NotApplicable('Only the packed format has to contain the AAGUID');
      checkEqualBytes(attestedData(authData).aaguid, context.info.aaguid, 'the AAGUID');
    },
  },
];

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
  {
    id: 'response.public-key.unique',
    title: 'Two credentials have different public keys, although the power was off between them',
    document: 'WebAuthn L3',
    section: '6.3.2',
    provenBy: ['cose.key-shared'],
    variants: discoverabilityVariants,
    async run(context) {
      const rk = context.variant === 'rk';
      const keys: string[] = [];
      for (const fill of [1, 2]) {
        if (fill === 2) await context.powerCycle();
        keys.push(formatCbor((await register(context, { rk, userId: new Uint8Array(16).fill(fill) })).publicKey));
      }
      check(new Set(keys).size === keys.length, 'Expected different public keys, got the same twice');
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

export const makeCredentialAuthData = defineGroup(
  { group: 'makecred', document: 'CTAP 2.1', preconditions: [registersWithoutPin] },
  [...members, ...credentialIds, ...flags],
);
