/** Registers, and reads the answer, CTAP 2.1 section 6.1. */
import { type AuthenticatorData, parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import type { CborMap } from '#protocol/cbor.ts';
import { coseAlgorithms } from '#protocol/cose.ts';
import { sha256 } from '#protocol/crypto.ts';
import { check, checkEqualBytes, checkSuccess, readBytes, readMap, readText } from '../checks.ts';
import { NotApplicable } from '../failures.ts';
import { algorithmOfVariant, algorithmVariants, discoverabilityVariants } from '../preconditions.ts';
import { sendRegistration } from '../registration.ts';
import type { RequirementInput } from '../requirement.ts';
import type { TestContext } from '../test-context.ts';

export const authenticatorData = { document: 'WebAuthn L3', section: '6.1' } as const;

/** Registers, and returns the members of the answer and the parsed authenticator data. */
export async function registerAndParse(
  context: TestContext,
): Promise<{ members: CborMap; authData: AuthenticatorData }> {
  const algorithm = algorithmOfVariant(context.variant);
  const options = {
    rk: context.variant === 'rk',
    ...(algorithm && { algorithm: coseAlgorithms[algorithm].alg }),
  };
  const members = checkSuccess(await sendRegistration(context, options));
  return { members, authData: parseAuthenticatorData(readBytes(members, 0x02, 'authData')) };
}

export const attestedData = (data: AuthenticatorData) => {
  check(data.attestedCredentialData !== undefined, 'Expected attested credential data in authData');
  return data.attestedCredentialData;
};

export const members: RequirementInput[] = [
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
