/** pin: the key-agreement key, setPIN and changePIN, CTAP 2.1 sections 6.5.4 to 6.5.5.6. */
import { concat } from '#base/bytes.ts';
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
import { from21, hasClientPin, hasPinUvAuth, pinAuthorizesCeremonies, pinProtocolVariants } from '../preconditions.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import type { TestContext } from '../test-context.ts';

const authInvalid = 'CTAP2_ERR_PIN_AUTH_INVALID';

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
    id: 'change.refused-changes-nothing',
    title: 'A refused changePIN keeps the current PIN',
    section: '6.5.5.6',
    provenBy: ['pin.changed-before-policy', 'pin.policy-ignored'],
    state: 'pin',
    preconditions: [pinAuthorizesCeremonies],
    async run(context) {
      await sendClientPin(context, await buildChangePin(context, { next: padPin('1') }));
      checkSuccess(await sendClientPin(context, await buildGetPinToken(context)));
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

const pin = { group: 'pin', document: 'CTAP 2.1' } as const;

export const pinSetting = [
  ...defineGroup({ ...pin, preconditions: [hasPinUvAuth] }, keyAgreement),
  ...defineGroup({ ...pin, preconditions: [hasClientPin] }, setAndChange),
];
