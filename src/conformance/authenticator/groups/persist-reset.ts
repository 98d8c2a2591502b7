/** persist: the state that a power cycle or a reset deletes, CTAP 2.1 sections 6.5.2, 6.6 and 6.10. */
import { sha256 } from '#protocol/crypto.ts';
import { buildAssertion, ga } from '../assertion.ts';
import { listFingerprints, prepareFingerprint } from '../bio-enrollment.ts';
import { check, checkEqual, checkEqualBytes, checkStatus, checkSuccess, readUnsigned } from '../checks.ts';
import { buildReading, enterWrongPin, sendClientPin } from '../client-pin.ts';
import { setUp } from '../failures.ts';
import { addToken, ensurePin, getToken } from '../pin.ts';
import { hasClientPin, hasOption, hasTokens, optionIsTrue, pinAuthorizesCeremonies } from '../preconditions.ts';
import { register } from '../registration.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import type { TestContext } from '../test-context.ts';
import { emptyArray, lb, readArray, request, withDigest } from './largeblobs-support.ts';
import { persist } from './persist-power-cycle.ts';

async function resetNow(context: TestContext): Promise<void> {
  await context.powerCycle();
  await setUp('reset', async () => checkSuccess(await context.send('authenticatorReset')));
  context.hasPin = false;
  context.info = await context.readInfo();
}

const tokens: RequirementInput[] = [
  {
    id: 'power.token-ended',
    title: 'A token that was granted before a power cycle authorizes no assertion after it',
    section: '6.5.2.1',
    provenBy: ['token.survives-power-cycle'],
    preconditions: [hasTokens, pinAuthorizesCeremonies],
    state: 'pin',
    accepted: ['CTAP2_ERR_PIN_AUTH_INVALID'],
    async run(context) {
      const credential = await register(context);
      const token = await getToken(context, ['ga'], context.rpId);
      await context.powerCycle();
      const assertion = buildAssertion(context, { allowList: [credential] });
      const keys = { param: ga.pinUvAuthParam, protocol: ga.pinUvAuthProtocol };
      const hash = assertion.get(ga.clientDataHash) as Uint8Array;
      const exchange = await context.send('authenticatorGetAssertion', addToken(assertion, token, hash, keys));
      checkStatus(exchange, 'CTAP2_ERR_PIN_AUTH_INVALID');
    },
  },
];

/** Writes an array that fits in one fragment. */
async function writeArray(context: TestContext, array: Uint8Array): Promise<void> {
  const token = await getToken(context, ['lbw']);
  const message = new Uint8Array([...Array<number>(32).fill(0xff), 0x0c, 0x00, 0, 0, 0, 0, ...sha256(array)]);
  const members = request([lb.set, array], [lb.offset, 0], [lb.length, array.length]);
  const keys = { param: lb.param, protocol: lb.protocol };
  checkSuccess(await context.send('authenticatorLargeBlobs', addToken(members, token, message, keys)));
}

const resets: RequirementInput[] = [
  {
    id: 'reset.pin-retries',
    title: 'A reset restores the PIN retries',
    section: '6.6',
    provenBy: ['reset.forgets-nothing'],
    preconditions: [hasClientPin],
    async run(context) {
      const retries = async () =>
        readUnsigned(
          checkSuccess(await sendClientPin(context, buildReading(context, 'getPINRetries'))),
          0x03,
          'retries',
        );
      const before = await retries();
      await ensurePin(context);
      await enterWrongPin(context);
      await resetNow(context);
      checkEqual(await retries(), before, 'the PIN retries');
    },
  },
  {
    id: 'reset.large-blobs',
    title: 'A reset restores the initial large-blob array',
    section: '6.6',
    provenBy: ['reset.forgets-nothing'],
    preconditions: [optionIsTrue('largeBlobs'), hasTokens],
    state: 'pin',
    async run(context) {
      await setUp('write the large-blob array', () => writeArray(context, withDigest(new Uint8Array([0x81, 0xa0]))));
      await resetNow(context);
      checkEqualBytes(await readArray(context), emptyArray, 'the array');
    },
  },
  {
    id: 'reset.fingerprints',
    title: 'A reset deletes the fingerprints, so that the option bioEnroll is false',
    section: '6.6',
    provenBy: ['reset.forgets-nothing'],
    preconditions: [hasOption('bioEnroll'), hasClientPin],
    state: 'pin',
    async run(context) {
      await prepareFingerprint(context);
      check((await listFingerprints(context)).length > 0, 'Expected a fingerprint before the reset');
      await resetNow(context);
      checkEqual((await context.readInfo()).options?.bioEnroll, false, 'bioEnroll');
    },
  },
  {
    id: 'reset.uv',
    title: 'After a reset without fingerprints, the option uv is false',
    section: '6.6',
    provenBy: ['reset.forgets-nothing'],
    preconditions: [hasOption('bioEnroll'), hasClientPin],
    state: 'pin',
    async run(context) {
      await prepareFingerprint(context);
      await resetNow(context);
      checkEqual((await context.readInfo()).options?.uv, false, 'uv');
    },
  },
];

export const resetPersistence = defineGroup(persist, [
  ...tokens,
  ...resets.map((requirement) => ({ ...requirement, destructive: true })),
]);
