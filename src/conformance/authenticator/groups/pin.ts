/** pin: setting, changing and comparing the PIN, and its retries. CTAP 2.1 sections 6.5.1 to 6.5.5.6. */

import { concat, utf8 } from '#base/bytes.ts';
import type { CborMap } from '#protocol/cbor.ts';
import { coseKeyLabels } from '#protocol/cose.ts';
import { findEcPointProblem } from '#protocol/keys/curve-point.ts';
import {
  check,
  checkDifferentBytes,
  checkEqual,
  checkEqualBytes,
  checkStatus,
  checkSuccess,
  readBytes,
  readMap,
  readUnsigned,
} from '../checks.ts';
import {
  buildChangePin,
  buildGetPinToken,
  buildReading,
  buildSetPin,
  cp,
  enterWrongPin,
  padPin,
  sendClientPin,
} from '../client-pin.ts';
import { setUp } from '../failures.ts';
import { withMember } from '../members.ts';
import { otherPin, suitePin } from '../pin.ts';
import {
  fromVersion,
  hasBuiltInUv,
  hasClientPin,
  pinAuthorizesCeremonies,
  pinProtocolVariants,
} from '../preconditions.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import type { TestContext } from '../test-context.ts';

const policy = 'CTAP2_ERR_PIN_POLICY_VIOLATION';
const authInvalid = 'CTAP2_ERR_PIN_AUTH_INVALID';
const from21 = fromVersion('FIDO_2_1');

async function readRetries(context: TestContext): Promise<number> {
  const members = checkSuccess(await sendClientPin(context, buildReading(context, 'getPINRetries')));
  return readUnsigned(members, 0x03, 'pinRetries');
}
const readKeyAgreement = async (context: TestContext): Promise<CborMap> =>
  readMap(checkSuccess(await sendClientPin(context, buildReading(context, 'getKeyAgreement'))), 0x01, 'keyAgreement');
const changeLastByte = (bytes: Uint8Array): Uint8Array =>
  bytes.map((byte, index) => (index === bytes.length - 1 ? byte ^ 1 : byte));

const keyAgreement: RequirementInput[] = [
  {
    id: 'key-agreement.form',
    title: 'getKeyAgreement returns a P-256 COSE_Key with alg -25',
    section: '6.5.5.4',
    provenBy: ['pin.key-agreement-missing', 'pin.key-agreement-crv', 'pin.key-agreement-bytes'],
    variants: pinProtocolVariants,
    async run(context) {
      const key = await readKeyAgreement(context);
      checkEqual(key.get(coseKeyLabels.kty), 2, 'kty');
      checkEqual(key.get(coseKeyLabels.alg), -25, 'alg');
      checkEqual(key.get(coseKeyLabels.crv), 1, 'crv');
      checkEqual(key.size, 5, 'the number of members');
    },
  },
  {
    id: 'key-agreement.point',
    title: 'The key-agreement key is a point on P-256',
    section: '6.5.6',
    provenBy: ['pin.key-agreement-off-curve', 'pin.key-agreement-x-short'],
    variants: pinProtocolVariants,
    async run(context) {
      const key = await readKeyAgreement(context);
      const [x, y] = [readBytes(key, coseKeyLabels.x, 'x'), readBytes(key, coseKeyLabels.y, 'y')];
      check(x.length === 32 && y.length === 32, `Expected coordinates of 32 bytes, got ${x.length} and ${y.length}`);
      const problem = findEcPointProblem('ES256', concat(new Uint8Array([4]), x, y));
      check(problem === undefined, `Expected a point on P-256: ${problem}`);
    },
  },
  {
    id: 'key-agreement.stable',
    title: 'The key-agreement key stays the same until a wrong PIN or a power cycle',
    section: '6.5.5.4',
    level: 'SHOULD',
    provenBy: ['pin.key-agreement-always-new'],
    variants: pinProtocolVariants,
    async run(context) {
      const first = readBytes(await readKeyAgreement(context), coseKeyLabels.x, 'x');
      checkEqualBytes(readBytes(await readKeyAgreement(context), coseKeyLabels.x, 'x'), first, 'x of the second key');
    },
  },
  {
    id: 'key-agreement.after-wrong-pin',
    title: 'A wrong PIN replaces the key-agreement key',
    section: '6.5.5.7.2',
    provenBy: ['pin.key-agreement-kept'],
    state: 'pin',
    preconditions: [pinAuthorizesCeremonies],
    variants: pinProtocolVariants,
    async run(context) {
      const first = readBytes(await readKeyAgreement(context), coseKeyLabels.x, 'x');
      await enterWrongPin(context);
      checkDifferentBytes(first, readBytes(await readKeyAgreement(context), coseKeyLabels.x, 'x'), 'the key');
    },
  },
  {
    id: 'key-agreement.after-power-cycle',
    title: 'A power cycle replaces the key-agreement key',
    section: '6.5.4',
    provenBy: ['pin.key-agreement-survives-power-cycle'],
    variants: pinProtocolVariants,
    async run(context) {
      const first = readBytes(await readKeyAgreement(context), coseKeyLabels.x, 'x');
      await context.powerCycle();
      checkDifferentBytes(first, readBytes(await readKeyAgreement(context), coseKeyLabels.x, 'x'), 'the key');
    },
  },
];

const setAndChange: RequirementInput[] = [
  {
    id: 'set.accepted',
    title: 'setPIN sets the PIN',
    section: '6.5.5.5',
    provenBy: ['pin.set-ignored'],
    variants: pinProtocolVariants,
    async run(context) {
      await setUp('set a PIN', async () => checkSuccess(await sendClientPin(context, await buildSetPin(context))));
      checkEqual((await context.readInfo()).options?.clientPin, true, 'clientPin');
    },
  },
  {
    id: 'set.twice',
    title: 'setPIN is refused while a PIN is set',
    section: '6.5.5.5',
    provenBy: ['pin.set-twice'],
    state: 'pin',
    variants: pinProtocolVariants,
    accepted: [authInvalid, 'CTAP2_ERR_NOT_ALLOWED'],
    async run(context) {
      const exchange = await sendClientPin(context, await buildSetPin(context, padPin(otherPin)));
      checkStatus(exchange, authInvalid, 'CTAP2_ERR_NOT_ALLOWED');
    },
  },
  {
    id: 'set.wrong-auth',
    title: 'setPIN with a wrong pinUvAuthParam is refused with CTAP2_ERR_PIN_AUTH_INVALID',
    section: '6.5.5.5',
    provenBy: ['ignored-error.pin-auth-invalid', 'status.token-as-parameter'],
    variants: pinProtocolVariants,
    accepted: [authInvalid],
    async run(context) {
      const request = await buildSetPin(context);
      const wrong = changeLastByte(request.get(cp.pinUvAuthParam) as Uint8Array);
      checkStatus(await sendClientPin(context, withMember(request, [cp.pinUvAuthParam], wrong)), authInvalid);
    },
  },
  {
    id: 'set.refused-changes-nothing',
    title: 'A refused setPIN sets no PIN',
    section: '6.5.5.5',
    provenBy: ['pin.policy-ignored'],
    preconditions: [from21],
    async run(context) {
      await sendClientPin(context, await buildSetPin(context, padPin('1')));
      checkEqual((await context.readInfo()).options?.clientPin, false, 'clientPin');
    },
  },
  {
    id: 'change.accepted',
    title: 'changePIN replaces the PIN',
    section: '6.5.5.6',
    provenBy: ['pin.change-ignored'],
    state: 'pin',
    preconditions: [pinAuthorizesCeremonies],
    variants: pinProtocolVariants,
    async run(context) {
      checkSuccess(await sendClientPin(context, await buildChangePin(context)));
      checkSuccess(await sendClientPin(context, await buildGetPinToken(context, otherPin)));
    },
  },
  {
    id: 'change.old-pin-refused',
    title: 'After changePIN the old PIN is wrong',
    section: '6.5.5.6',
    provenBy: ['pin.not-compared', 'pin.change-ignored'],
    state: 'pin',
    preconditions: [pinAuthorizesCeremonies],
    variants: pinProtocolVariants,
    accepted: ['CTAP2_ERR_PIN_INVALID'],
    async run(context) {
      await setUp('change the PIN', async () =>
        checkSuccess(await sendClientPin(context, await buildChangePin(context))),
      );
      checkStatus(await sendClientPin(context, await buildGetPinToken(context, suitePin)), 'CTAP2_ERR_PIN_INVALID');
    },
  },
  {
    id: 'change.wrong-pin',
    title: 'changePIN with a wrong current PIN is refused with CTAP2_ERR_PIN_INVALID',
    section: '6.5.5.6',
    provenBy: ['pin.not-compared', 'status.wrong-pin-as-blocked'],
    state: 'pin',
    variants: pinProtocolVariants,
    accepted: ['CTAP2_ERR_PIN_INVALID'],
    async run(context) {
      const exchange = await sendClientPin(context, await buildChangePin(context, { current: 'wrong-pin' }));
      checkStatus(exchange, 'CTAP2_ERR_PIN_INVALID');
    },
  },
  {
    id: 'change.wrong-auth',
    title: 'changePIN with a wrong pinUvAuthParam is refused with CTAP2_ERR_PIN_AUTH_INVALID',
    section: '6.5.5.6',
    provenBy: ['ignored-error.pin-auth-invalid', 'status.token-as-parameter'],
    state: 'pin',
    variants: pinProtocolVariants,
    accepted: [authInvalid],
    async run(context) {
      const request = await buildChangePin(context);
      const wrong = changeLastByte(request.get(cp.pinUvAuthParam) as Uint8Array);
      checkStatus(await sendClientPin(context, withMember(request, [cp.pinUvAuthParam], wrong)), authInvalid);
    },
  },
  {
    id: 'change.not-set',
    title: 'changePIN is refused with CTAP2_ERR_PIN_NOT_SET while no PIN is set',
    section: '6.5.5.6',
    provenBy: ['ignored-error.pin-not-set', 'status.pin-not-set-as-wrong-pin'],
    preconditions: [from21],
    variants: pinProtocolVariants,
    accepted: ['CTAP2_ERR_PIN_NOT_SET'],
    run: async (context) =>
      checkStatus(await sendClientPin(context, await buildChangePin(context)), 'CTAP2_ERR_PIN_NOT_SET'),
  },
];

const policies: { id: string; title: string; pin: Uint8Array | string; length?: number }[] = [
  { id: 'empty', title: 'an empty PIN', pin: '' },
  { id: 'one', title: 'a PIN of one character', pin: '7' },
  { id: 'three', title: 'a PIN of three characters', pin: '719' },
  { id: 'three-code-points', title: 'a PIN of three code points in twelve bytes', pin: '😀😂😎' },
  { id: 'zeros', title: 'a PIN of zero bytes', pin: new Uint8Array(8) },
  { id: 'too-long', title: 'a PIN of 64 bytes', pin: new Uint8Array(64).fill(0x39) },
];

const policyRequirements: RequirementInput[] = policies.flatMap(({ id, title, pin }): RequirementInput[] => [
  {
    id: `policy.set-${id}`,
    title: `setPIN refuses ${title} with ${policy}`,
    section: '6.5.5.5',
    provenBy: ['ignored-error.pin-policy', 'status.policy-as-wrong-pin'],
    preconditions: [from21],
    variants: pinProtocolVariants,
    accepted: [policy],
    run: async (context) => checkStatus(await sendClientPin(context, await buildSetPin(context, padPin(pin))), policy),
  },
  {
    id: `policy.change-${id}`,
    title: `changePIN refuses ${title} with ${policy}`,
    section: '6.5.5.6',
    provenBy: ['ignored-error.pin-policy', 'status.policy-as-wrong-pin'],
    preconditions: [from21],
    state: 'pin',
    variants: pinProtocolVariants,
    accepted: [policy],
    async run(context) {
      checkStatus(await sendClientPin(context, await buildChangePin(context, { next: padPin(pin) })), policy);
    },
  },
]);

const lengths: RequirementInput[] = [
  {
    id: 'policy.min-length',
    title: 'A PIN of minPINLength characters is accepted',
    section: '6.5.5.5',
    provenBy: ['getinfo.min-pin-length-low'],
    preconditions: [from21],
    variants: pinProtocolVariants,
    async run(context) {
      const pin = suitePin.slice(0, context.info.minPINLength ?? 4);
      checkSuccess(await sendClientPin(context, await buildSetPin(context, padPin(pin))));
    },
  },
  {
    id: 'policy.below-min-length',
    title: `A PIN of one character less than minPINLength is refused with ${policy}`,
    section: '6.5.5.5',
    provenBy: ['pin.policy-ignored'],
    preconditions: [from21],
    variants: pinProtocolVariants,
    accepted: [policy],
    async run(context) {
      const pin = suitePin.slice(0, (context.info.minPINLength ?? 4) - 1);
      checkStatus(await sendClientPin(context, await buildSetPin(context, padPin(pin))), policy);
    },
  },
  {
    id: 'policy.max-length',
    title: 'A PIN of 63 bytes is accepted',
    section: '6.5.5.5',
    provenBy: ['pin.set-ignored'],
    preconditions: [{ reason: 'maxPINLength is less than 63', isMet: ({ maxPINLength = 63 }) => maxPINLength >= 63 }],
    variants: pinProtocolVariants,
    async run(context) {
      const pin = suitePin.repeat(8).slice(0, 63);
      checkSuccess(await sendClientPin(context, await buildSetPin(context, padPin(pin))));
      checkEqual((await context.readInfo()).options?.clientPin, true, 'clientPin');
    },
  },
  {
    id: 'policy.code-points',
    title: 'minPINLength counts code points, not bytes',
    section: '6.5.1',
    provenBy: ['pin.set-ignored'],
    preconditions: [from21],
    async run(context) {
      const pin = 'äöüßéèñç'.slice(0, Math.max(4, context.info.minPINLength ?? 4));
      checkSuccess(await sendClientPin(context, await buildSetPin(context, padPin(utf8(pin)))));
      checkEqual((await context.readInfo()).options?.clientPin, true, 'clientPin');
    },
  },
  {
    id: 'policy.short-padding',
    title: 'A new PIN that is padded to less than 64 bytes is refused',
    section: '6.5.5.5',
    provenBy: ['ignored-error.invalid-parameter'],
    preconditions: [from21],
    variants: pinProtocolVariants,
    accepted: ['CTAP1_ERR_INVALID_PARAMETER'],
    async run(context) {
      const exchange = await sendClientPin(context, await buildSetPin(context, padPin(suitePin, 48)));
      checkStatus(exchange, 'CTAP1_ERR_INVALID_PARAMETER');
    },
  },
  {
    id: 'policy.long-padding',
    title: 'A new PIN that is padded to more than 64 bytes is refused',
    section: '6.5.5.5',
    provenBy: ['ignored-error.invalid-parameter'],
    preconditions: [from21],
    variants: pinProtocolVariants,
    accepted: ['CTAP1_ERR_INVALID_PARAMETER'],
    async run(context) {
      const exchange = await sendClientPin(context, await buildSetPin(context, padPin(suitePin, 80)));
      checkStatus(exchange, 'CTAP1_ERR_INVALID_PARAMETER');
    },
  },
];

const retries: RequirementInput[] = [
  {
    id: 'retries.form',
    title: 'getPINRetries returns pinRetries from 0 to 8',
    section: '6.5.5.2',
    provenBy: ['pin.retries-missing', 'pin.retries-too-many', 'pin.retries-negative'],
    async run(context) {
      const left = await readRetries(context);
      check(left <= 8, `Expected at most 8 retries, got ${left}`);
    },
  },
  {
    id: 'retries.new',
    title: 'An authenticator without failed attempts has 8 retries',
    section: '6.5.2.2',
    level: 'SHOULD',
    provenBy: ['pin.retries-too-many', 'pin.retries-negative'],
    state: 'pin',
    run: async (context) => checkEqual(await readRetries(context), 8, 'pinRetries'),
  },
  {
    id: 'retries.decrease',
    title: 'A wrong PIN costs one retry',
    section: '6.5.5.7.2',
    provenBy: ['pin.retries-unlimited', 'pin.retries-double'],
    state: 'pin',
    preconditions: [pinAuthorizesCeremonies],
    variants: pinProtocolVariants,
    async run(context) {
      const before = await readRetries(context);
      await enterWrongPin(context);
      checkEqual(await readRetries(context), before - 1, 'pinRetries');
    },
  },
  {
    id: 'retries.wrong-pin',
    title: 'A wrong PIN is refused with CTAP2_ERR_PIN_INVALID',
    section: '6.5.5.7.2',
    provenBy: ['pin.not-compared', 'status.wrong-pin-as-auth-invalid', 'status.wrong-pin-as-blocked'],
    state: 'pin',
    preconditions: [pinAuthorizesCeremonies],
    variants: pinProtocolVariants,
    accepted: ['CTAP2_ERR_PIN_INVALID'],
    run: async (context) => checkStatus(await enterWrongPin(context), 'CTAP2_ERR_PIN_INVALID'),
  },
  {
    id: 'retries.restored',
    title: 'The correct PIN restores the retries',
    section: '6.5.5.7.2',
    provenBy: ['pin.retries-not-restored'],
    state: 'pin',
    preconditions: [pinAuthorizesCeremonies],
    variants: pinProtocolVariants,
    async run(context) {
      const before = await readRetries(context);
      await enterWrongPin(context);
      checkSuccess(await sendClientPin(context, await buildGetPinToken(context)));
      checkEqual(await readRetries(context), before, 'pinRetries');
    },
  },
  {
    id: 'retries.restored-by-change',
    title: 'changePIN with the correct PIN restores the retries',
    section: '6.5.5.6',
    provenBy: ['pin.retries-not-restored'],
    state: 'pin',
    preconditions: [pinAuthorizesCeremonies],
    async run(context) {
      const before = await readRetries(context);
      await enterWrongPin(context);
      checkSuccess(await sendClientPin(context, await buildChangePin(context)));
      checkEqual(await readRetries(context), before, 'pinRetries');
    },
  },
  {
    id: 'retries.stored-before-compare',
    title: 'A power cycle right after a wrong PIN does not restore the retry',
    section: '6.5.5.7.2',
    provenBy: ['pin.retries-unlimited'],
    state: 'pin',
    preconditions: [pinAuthorizesCeremonies],
    async run(context) {
      const before = await readRetries(context);
      await enterWrongPin(context);
      await context.powerCycle();
      checkEqual(await readRetries(context), before - 1, 'pinRetries');
    },
  },
];

async function enterWrongPins(context: TestContext, count: number): Promise<string[]> {
  const statuses: string[] = [];
  for (let entered = 0; entered < count; entered++) statuses.push((await enterWrongPin(context)).status);
  return statuses;
}

/** After them, the PIN works again only after a power cycle or a reset. */
const locks: RequirementInput[] = [
  {
    id: 'lock.third',
    title: 'The third wrong PIN in a row is refused with CTAP2_ERR_PIN_AUTH_BLOCKED',
    section: '6.5.5.7.2',
    provenBy: [
      'pin.no-soft-lock',
      'pin.soft-lock-late',
      'status.soft-lock-as-wrong-pin',
      'ignored-error.pin-auth-blocked',
    ],
    state: 'pin',
    preconditions: [pinAuthorizesCeremonies],
    variants: pinProtocolVariants,
    accepted: ['CTAP2_ERR_PIN_AUTH_BLOCKED'],
    async run(context) {
      await enterWrongPins(context, 2);
      checkStatus(await enterWrongPin(context), 'CTAP2_ERR_PIN_AUTH_BLOCKED');
    },
  },
  {
    id: 'lock.correct-pin',
    title: 'After three wrong PINs also the correct PIN is refused until the next power cycle',
    section: '6.5.5.7.2',
    provenBy: ['pin.no-soft-lock', 'pin.soft-lock-late'],
    state: 'pin',
    preconditions: [pinAuthorizesCeremonies],
    variants: pinProtocolVariants,
    accepted: ['CTAP2_ERR_PIN_AUTH_BLOCKED'],
    async run(context) {
      await enterWrongPins(context, 3);
      checkStatus(await sendClientPin(context, await buildGetPinToken(context)), 'CTAP2_ERR_PIN_AUTH_BLOCKED');
    },
  },
  {
    id: 'lock.costs-nothing',
    title: 'While a power cycle is required, attempts cost no retry',
    section: '6.5.5.7.2',
    provenBy: ['pin.no-soft-lock', 'pin.soft-lock-late'],
    state: 'pin',
    preconditions: [pinAuthorizesCeremonies],
    async run(context) {
      await enterWrongPins(context, 3);
      const before = await readRetries(context);
      await enterWrongPin(context);
      checkEqual(await readRetries(context), before, 'pinRetries');
    },
  },
  {
    id: 'lock.power-cycle-state',
    title: 'powerCycleState is true while a power cycle is required',
    section: '6.5.5.2',
    provenBy: ['pin.power-cycle-denied'],
    state: 'pin',
    preconditions: [from21, pinAuthorizesCeremonies],
    async run(context) {
      await enterWrongPins(context, 3);
      const members = checkSuccess(await sendClientPin(context, buildReading(context, 'getPINRetries')));
      checkEqual(members.get(0x04), true, 'powerCycleState');
    },
  },
  {
    id: 'lock.power-cycle',
    title: 'After a power cycle the correct PIN is accepted',
    section: '6.5.5.7.2',
    provenBy: ['pin.lock-survives-power-cycle'],
    state: 'pin',
    preconditions: [pinAuthorizesCeremonies],
    variants: pinProtocolVariants,
    async run(context) {
      await enterWrongPins(context, 3);
      await context.powerCycle();
      checkSuccess(await sendClientPin(context, await buildGetPinToken(context)));
    },
  },
  {
    id: 'lock.change-pin',
    title: 'changePIN is refused while a power cycle is required',
    section: '6.5.5.6',
    provenBy: ['pin.no-soft-lock', 'status.soft-lock-as-wrong-pin'],
    state: 'pin',
    preconditions: [pinAuthorizesCeremonies],
    accepted: ['CTAP2_ERR_PIN_AUTH_BLOCKED'],
    async run(context) {
      await enterWrongPins(context, 3);
      checkStatus(await sendClientPin(context, await buildChangePin(context)), 'CTAP2_ERR_PIN_AUTH_BLOCKED');
    },
  },
  {
    id: 'block.eighth',
    title: 'The eighth wrong PIN is refused with CTAP2_ERR_PIN_BLOCKED',
    section: '6.5.5.7.2',
    provenBy: ['status.blocked-as-wrong-pin', 'pin.retries-unlimited', 'ignored-error.pin-blocked'],
    state: 'pin',
    preconditions: [pinAuthorizesCeremonies],
    accepted: ['CTAP2_ERR_PIN_BLOCKED'],
    async run(context) {
      await useUpRetries(context, 7);
      checkStatus(await enterWrongPin(context), 'CTAP2_ERR_PIN_BLOCKED');
    },
  },
  {
    id: 'block.correct-pin',
    title: 'Without retries also the correct PIN is refused with CTAP2_ERR_PIN_BLOCKED',
    section: '6.5.5.7.2',
    provenBy: ['pin.never-blocked', 'status.blocked-as-wrong-pin'],
    state: 'pin',
    preconditions: [pinAuthorizesCeremonies],
    accepted: ['CTAP2_ERR_PIN_BLOCKED'],
    async run(context) {
      await useUpRetries(context, 8);
      await context.powerCycle();
      checkStatus(await sendClientPin(context, await buildGetPinToken(context)), 'CTAP2_ERR_PIN_BLOCKED');
    },
  },
  {
    id: 'block.change-pin',
    title: 'Without retries changePIN is refused with CTAP2_ERR_PIN_BLOCKED',
    section: '6.5.5.6',
    provenBy: ['pin.never-blocked', 'status.blocked-as-wrong-pin'],
    state: 'pin',
    preconditions: [pinAuthorizesCeremonies],
    accepted: ['CTAP2_ERR_PIN_BLOCKED'],
    async run(context) {
      await useUpRetries(context, 8);
      await context.powerCycle();
      checkStatus(await sendClientPin(context, await buildChangePin(context)), 'CTAP2_ERR_PIN_BLOCKED');
    },
  },
  {
    id: 'block.retries',
    title: 'pinRetries is 0 once the PIN is blocked',
    section: '6.5.5.2',
    provenBy: ['pin.retries-unlimited', 'pin.retries-too-many'],
    state: 'pin',
    preconditions: [pinAuthorizesCeremonies],
    async run(context) {
      await useUpRetries(context, 8);
      checkEqual(await readRetries(context), 0, 'pinRetries');
    },
  },
];

/** Enters wrong PINs, with the power cycles that they require. */
async function useUpRetries(context: TestContext, count: number): Promise<void> {
  for (let entered = 0; entered < count; entered++) {
    if (entered > 0 && entered % 3 === 0) await context.powerCycle();
    await enterWrongPin(context);
  }
}

const uvRetries: RequirementInput[] = [
  {
    id: 'uv-retries.form',
    title: 'getUVRetries returns uvRetries',
    section: '6.5.5.3',
    provenBy: ['pin.uv-retries-missing'],
    preconditions: [hasBuiltInUv, from21],
    async run(context) {
      const members = checkSuccess(await sendClientPin(context, buildReading(context, 'getUVRetries')));
      const left = readUnsigned(members, 0x05, 'uvRetries');
      check(left >= 1 && left <= 25, `Expected 1 to 25 attempts, got ${left}`);
    },
  },
  {
    id: 'subcommand.unknown',
    title: 'An unknown subcommand is refused',
    section: '6.5.5',
    provenBy: ['status.subcommand-as-command', 'ignored-error.invalid-subcommand'],
    preconditions: [from21],
    variants: ['0x00', '0x08', '0x0a', '0xff'].map((name) => ({ name })),
    accepted: ['CTAP2_ERR_INVALID_SUBCOMMAND'],
    async run(context) {
      const request = withMember(buildReading(context, 'getPINRetries'), [cp.subCommand], Number(context.variant));
      checkStatus(await sendClientPin(context, request), 'CTAP2_ERR_INVALID_SUBCOMMAND');
    },
  },
];

export const pinRequirements = defineGroup({ group: 'pin', document: 'CTAP 2.1', preconditions: [hasClientPin] }, [
  ...keyAgreement,
  ...setAndChange,
  ...policyRequirements,
  ...lengths,
  ...retries,
  ...uvRetries,
  ...locks.map((requirement) => ({ ...requirement, destructive: true })),
]);
