/** A metadata statement against what the authenticator does: its attestation, algorithms and retries. */
import { formatAaguid } from '#base/bytes.ts';
import { flag, parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import type { CborMap, CborValue } from '#protocol/cbor.ts';
import { checkSuccess, readBytes, readText, readUnsigned } from '../checks.ts';
import { buildReading, sendClientPin } from '../client-pin.ts';
import { NotApplicable } from '../failures.ts';
import { register } from '../registration.ts';
import type { TestContext } from '../test-context.ts';
import { replacePinDescription } from './agreement-checks.ts';
import { isIssuedByOneOf } from './certificates.ts';
import { type Problem, type StatementChecks, show } from './define-checks.ts';
import { authenticationAlgorithms } from './registry-values.ts';
import { type MetadataStatement, pinDescription, textsOf, userVerificationMethods } from './statement.ts';

interface Attested {
  fmt: string;
  attStmt: CborMap;
  /** Certificates of the statement, the one that signed first. */
  x5c: Uint8Array[];
  authData: Uint8Array;
}

async function attest(context: TestContext): Promise<Attested> {
  const { members } = await register(context);
  const attStmt = members.get(0x03);
  const statement: CborMap = attStmt instanceof Map ? attStmt : new Map<string, CborValue>();
  const x5c = statement.get('x5c');
  return {
    fmt: readText(members, 0x01, 'fmt'),
    attStmt: statement,
    x5c: Array.isArray(x5c) ? x5c.filter((item) => item instanceof Uint8Array) : [],
    authData: readBytes(members, 0x02, 'authData'),
  };
}

/** Types that an attestation statement can have. */
function typesOf({ fmt, attStmt, x5c }: Attested): string[] {
  if (fmt === 'none') return ['none'];
  if (fmt === 'compound') return ['basic_full', 'basic_surrogate', 'attca', 'anonca'];
  if (fmt === 'packed' && x5c.length === 0) return ['basic_surrogate'];
  if (fmt === 'tpm' || attStmt.has('certInfo')) return ['attca'];
  return fmt === 'apple' ? ['anonca'] : ['basic_full', 'attca', 'anonca'];
}

/** Another type than `types`, for a statement that is wrong about it. */
const ecdaa = (statement: Record<string, unknown>) => {
  statement.attestationTypes = ['ecdaa'];
};

const rootsOf = ({ attestationRootCertificates }: MetadataStatement): Uint8Array[] =>
  textsOf(attestationRootCertificates).map((root) => new Uint8Array(Buffer.from(root, 'base64')));

const attestationChecks: StatementChecks = {
  'behaviour.aaguid': {
    title: 'Registrations have the AAGUID of the statement',
    section: '4',
    wrong: [
      'aaguid is another one',
      (statement) => {
        statement.aaguid = '00112233-4455-6677-8899-aabbccddeeff';
      },
    ],
    async findProblem({ aaguid }, _info, context) {
      if (aaguid === undefined) throw new NotApplicable('The statement has no AAGUID');
      const { authData } = await attest(context);
      const found = parseAuthenticatorData(authData).attestedCredentialData?.aaguid;
      return found && formatAaguid(found) === aaguid
        ? undefined
        : `Expected ${show(aaguid)} as in the statement, the registration has ${found && formatAaguid(found)}`;
    },
  },
  'behaviour.attestation-type': {
    title: 'Registrations have an attestation of a type in the statement',
    section: '4',
    wrong: ['attestationTypes has only ecdaa', ecdaa],
    async findProblem({ attestationTypes }, _info, context) {
      const attested = await attest(context);
      const possible = typesOf(attested);
      return possible.some((type) => textsOf(attestationTypes).includes(type))
        ? undefined
        : `Expected ${possible.join(' or ')} for the format ${attested.fmt} in attestationTypes, found ${show(attestationTypes)}`;
    },
  },
  'behaviour.attestation-root': {
    title: 'The certificate chain of registrations ends at a root certificate of the statement',
    section: '4',
    wrong: [
      'attestationRootCertificates has another root',
      (statement) => {
        statement.attestationRootCertificates = ['MAA='];
      },
    ],
    async findProblem(statement, _info, context) {
      const { x5c } = await attest(context);
      const last = x5c.at(-1);
      if (!last) throw new NotApplicable('The attestation has no certificates');
      return isIssuedByOneOf(last, rootsOf(statement))
        ? undefined
        : 'Expected the issuer of the last certificate in attestationRootCertificates, found other names';
    },
  },
};

/** Registers with the algorithm, and returns that of the new key; undefined if the authenticator refuses. */
async function algorithmOfRegistration(context: TestContext, algorithm: number): Promise<number | undefined> {
  try {
    const { publicKey } = await register(context, { algorithm });
    return Number(publicKey.get(3));
  } catch {
    return undefined;
  }
}

const abilityChecks: StatementChecks = {
  'behaviour.algorithms': {
    title: 'The authenticator creates keys for every algorithm of the statement',
    section: '4',
    wrong: [
      'authenticationAlgorithms has rsassa_pkcsv15_sha1_raw',
      (statement) => {
        statement.authenticationAlgorithms = ['rsassa_pkcsv15_sha1_raw'];
      },
    ],
    async findProblem({ authenticationAlgorithms: listed }, _info, context): Promise<Problem> {
      for (const name of textsOf(listed)) {
        const alg = authenticationAlgorithms[name];
        if (alg === undefined) continue;
        const found = await algorithmOfRegistration(context, alg);
        if (found !== alg)
          return `Expected a key for ${name} (COSE ${alg}), ${found === undefined ? 'the registration failed' : `got COSE ${found}`}`;
      }
      return undefined;
    },
  },
  'behaviour.presence': {
    title: 'A statement lists user presence if registrations have the flag UP',
    section: '3.1',
    document: 'FIDO Registry 2.2',
    wrong: [
      'userVerificationDetails has only none',
      (statement) => {
        statement.userVerificationDetails = [[{ userVerificationMethod: 'none' }]];
      },
    ],
    async findProblem(statement, _info, context) {
      const { authData } = await attest(context);
      const names = userVerificationMethods(statement);
      const isPresent = (parseAuthenticatorData(authData).flags & flag.UP) !== 0;
      return isPresent && names.every((name) => name === 'none')
        ? `Expected a method with user presence in userVerificationDetails, found ${show(names)}`
        : undefined;
    },
  },
  'behaviour.pin-retries': {
    title: 'The PIN retries of the statement are those after a reset',
    section: '3.2',
    wrong: ['caDesc has another maxRetries', replacePinDescription({ maxRetries: 99 })],
    async findProblem(statement, { options }, context) {
      const { maxRetries } = pinDescription(statement) ?? {};
      if (maxRetries === undefined || options?.clientPin === undefined)
        throw new NotApplicable('caDesc has no maxRetries, or the authenticator has no PIN');
      const answer = checkSuccess(await sendClientPin(context, buildReading(context, 'getPINRetries')));
      const retries = readUnsigned(answer, 0x03, 'pinRetries');
      return retries === maxRetries
        ? undefined
        : `Expected ${retries} as the authenticator says in maxRetries, found ${show(maxRetries)}`;
    },
  },
};

export const behaviourChecks: StatementChecks = { ...attestationChecks, ...abilityChecks };
