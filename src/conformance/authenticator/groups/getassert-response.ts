/** getassert: the answer to authenticatorGetAssertion, CTAP 2.1 section 6.2.2 and WebAuthn L3 section 6.1. */
import { concat, toHex } from '#base/bytes.ts';
import { flag, parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import type { CborMap } from '#protocol/cbor.ts';
import { coseAlgorithms } from '#protocol/cose.ts';
import { sha256, verifySignature } from '#protocol/crypto.ts';
import { authorizeAssertion, buildAssertion, ga } from '../assertion.ts';
import { check, checkEqual, checkEqualBytes, checkSuccess, readBytes, readMap } from '../checks.ts';
import { NotApplicable } from '../failures.ts';
import {
  algorithmOfVariant,
  algorithmVariants,
  discoverabilityVariants,
  hasAlgorithm,
  registersWithoutPin,
} from '../preconditions.ts';
import { es256, register } from '../registration.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import type { TestContext } from '../test-context.ts';
import type { TestCredential } from '../test-credential.ts';

interface Assertion {
  credential: TestCredential;
  request: CborMap;
  members: CborMap;
  authData: Uint8Array;
}

/** Registers a credential that the variant names, and signs in with it. */
async function signInWith(context: TestContext, options: { up?: boolean } = {}): Promise<Assertion> {
  const algorithm = algorithmOfVariant(context.variant);
  const credential = await register(context, {
    rk: context.variant === 'rk',
    ...(algorithm && { algorithm: coseAlgorithms[algorithm].alg }),
  });
  return { credential, ...(await signInAgain(context, credential, options)) };
}

async function signInAgain(context: TestContext, credential: TestCredential, options: { up?: boolean } = {}) {
  const request = await authorizeAssertion(context, buildAssertion(context, { allowList: [credential], ...options }));
  const members = checkSuccess(await context.send('authenticatorGetAssertion', request));
  return { request, members, authData: readBytes(members, 0x02, 'authData') };
}

/** The integer r of a DER signature, which depends on the nonce only. */
function rOfSignature(signature: Uint8Array): Uint8Array {
  const length = signature[3] ?? 0;
  check(signature[0] === 0x30 && signature[2] === 0x02, `Expected a DER sequence of integers, got ${toHex(signature)}`);
  return signature.slice(4, 4 + length);
}

const flagsOf = (authData: Uint8Array): number => authData[32] ?? 0;

const members: RequirementInput[] = [
  {
    id: 'response.credential',
    title: 'credential is a descriptor of type public-key',
    section: '6.2.2 step 13',
    provenBy: ['assertion.credential-missing'],
    variants: discoverabilityVariants,
    async run(context) {
      const descriptor = readMap((await signInWith(context)).members, 0x01, 'credential');
      readBytes(descriptor, 'id', 'credential.id');
      checkEqual(descriptor.get('type'), 'public-key', 'credential.type');
    },
  },
  {
    id: 'response.signature',
    title: 'The signature covers authData and clientDataHash with the key of the credential',
    section: '6.2.2 step 13',
    provenBy: [
      'assertion.signature-missing',
      'signature.zero-at-sign-in',
      'signature.other-auth-data-at-sign-in',
      'signature.other-challenge',
      'signature.no-challenge',
      'signature.bit-flipped',
      'signature.empty',
    ],
    variants: algorithmVariants,
    async run(context) {
      const { credential, request, members: answer, authData } = await signInWith(context);
      const signed = concat(authData, request.get(ga.clientDataHash) as Uint8Array);
      check(
        verifySignature(credential.publicKey, signed, readBytes(answer, 0x03, 'signature')),
        'The signature of the assertion is invalid',
      );
    },
  },
  {
    id: 'response.signature.der',
    title: 'An ECDSA signature is a DER sequence of two integers',
    document: 'WebAuthn L3',
    section: '6.5.5',
    provenBy: ['signature.raw', 'signature.trailing-byte', 'signature.der-long-length'],
    variants: algorithmVariants.filter(({ name }) => ['es256', 'es384', 'es512', 'es256k'].includes(name)),
    async run(context) {
      const signature = readBytes((await signInWith(context)).members, 0x03, 'signature');
      const [tag, length = 0] = signature;
      const isWhole = length < 0x80 ? signature.length === 2 + length : length === 0x81 && signature.length - 3 >= 0x80;
      check(tag === 0x30 && isWhole, `Expected a DER sequence, got ${Buffer.from(signature).toString('hex')}`);
    },
  },
  {
    id: 'response.signature.nonce',
    title: 'ECDSA signatures have different nonces, also after a power cycle',
    document: 'FIPS 186-5',
    section: '6.3',
    provenBy: ['signature.nonce-reused'],
    provenOn: 'touchstone-key',
    preconditions: [hasAlgorithm('ES256')],
    async run(context) {
      const credential = await register(context, { algorithm: es256 });
      const nonces: string[] = [];
      for (let count = 0; count < 4; count++) {
        if (count === 2) await context.powerCycle();
        nonces.push(
          toHex(
            rOfSignature(readBytes((await signInAgain(context, credential, { up: false })).members, 0x03, 'signature')),
          ),
        );
      }
      check(new Set(nonces).size === nonces.length, `Expected different values of r, got ${nonces.join(', ')}`);
    },
  },
  {
    id: 'response.rp-id-hash',
    title: 'rpIdHash is the SHA-256 of rpId',
    document: 'WebAuthn L3',
    section: '6.1',
    provenBy: ['authdata.rp-id-hash-other', 'authdata.rp-id-hash-zero'],
    variants: discoverabilityVariants,
    async run(context) {
      const { authData } = await signInWith(context);
      checkEqualBytes(authData.slice(0, 32), sha256(context.rpId), 'rpIdHash');
    },
  },
  {
    id: 'response.layout',
    title: 'authData of an assertion has exactly the parts that its flags announce',
    document: 'WebAuthn L3',
    section: '6.1',
    provenBy: ['flags.at-claimed-at-sign-in'],
    variants: discoverabilityVariants,
    async run(context) {
      parseAuthenticatorData((await signInWith(context)).authData);
    },
  },
  {
    id: 'response.no-attested-data',
    title: 'authData of an assertion has no attested credential data',
    document: 'WebAuthn L3',
    section: '6.1',
    provenBy: ['flags.at-claimed-at-sign-in'],
    async run(context) {
      check((flagsOf((await signInWith(context)).authData) & flag.AT) === 0, 'Expected AT to be clear');
    },
  },
];

const flags: RequirementInput[] = [
  {
    id: 'response.flags.be-constant',
    title: 'BE has the value that it had at registration',
    document: 'WebAuthn L3',
    section: '6.1.3',
    provenBy: ['flags.be-changes'],
    variants: discoverabilityVariants,
    async run(context) {
      const { credential, authData } = await signInWith(context);
      const registered = flagsOf(readBytes(credential.members, 0x02, 'authData')) & flag.BE;
      checkEqual(flagsOf(authData) & flag.BE, registered, 'BE');
    },
  },
  {
    id: 'response.flags.bs',
    title: 'BS is set only if BE is set',
    document: 'WebAuthn L3',
    section: '6.1.3',
    provenBy: ['flags.bs-without-be'],
    async run(context) {
      const bits = flagsOf((await signInWith(context)).authData);
      check((bits & flag.BS) === 0 || (bits & flag.BE) !== 0, `Expected BS only with BE, got 0x${bits.toString(16)}`);
    },
  },
  {
    id: 'response.flags.reserved',
    title: 'The reserved bits 1 and 5 are clear',
    document: 'WebAuthn L3',
    section: '6.1',
    provenBy: ['flags.rfu1-set', 'flags.rfu2-set'],
    async run(context) {
      const bits = flagsOf((await signInWith(context)).authData);
      check((bits & 0x22) === 0, `Expected bits 1 and 5 to be clear, got 0x${bits.toString(16)}`);
    },
  },
];

const counters: RequirementInput[] = [
  {
    id: 'counter.increases',
    title: 'The signature counter of a credential increases, or is always zero',
    document: 'WebAuthn L3',
    section: '6.1.1',
    provenBy: ['counter.falls', 'counter.zero-at-sign-in', 'counter.exhausted'],
    variants: discoverabilityVariants,
    async run(context) {
      const { credential, authData } = await signInWith(context);
      const first = parseAuthenticatorData(authData).signCount;
      const second = parseAuthenticatorData((await signInAgain(context, credential)).authData).signCount;
      if (credential.signCount === 0 && first === 0 && second === 0) return;
      check(
        credential.signCount < first && first < second,
        `Expected the counter to increase, got ${credential.signCount}, ${first} and ${second}`,
      );
    },
  },
  {
    id: 'counter.step',
    title: 'The signature counter increases by less than 65536',
    document: 'WebAuthn L3',
    section: '6.1.1',
    level: 'SHOULD',
    provenBy: ['counter.leaps', 'counter.little-endian'],
    async run(context) {
      const { credential, authData } = await signInWith(context);
      const step = parseAuthenticatorData(authData).signCount - credential.signCount;
      if (step === 0) throw new NotApplicable('The authenticator has no signature counter');
      check(step > 0 && step < 0x1_0000, `Expected a step below 65536, got ${step}`);
    },
  },
];

export const getAssertionResponse = defineGroup(
  { group: 'getassert', document: 'CTAP 2.1', preconditions: [registersWithoutPin] },
  [...members, ...flags, ...counters],
);
