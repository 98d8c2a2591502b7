/** config: setMinPINLength, CTAP 2.1 section 6.11.4. */
import type { CborKey, CborMap, CborValue } from '#protocol/cbor.ts';
import { authenticatorConfigSubCommands as sub } from '#protocol/management.ts';
import { checkEqual, checkRefused, checkStatus, checkSuccess } from '../checks.ts';
import { buildChangePin, buildGetPinToken, buildSetPin, padPin, sendClientPin } from '../client-pin.ts';
import { setUp } from '../failures.ts';
import { buildManagement, authenticatorConfig as config } from '../management.ts';
import { memberRequirements, type RequestMember } from '../members.ts';
import { otherPin, suitePin } from '../pin.ts';
import { optionIsNotTrue, optionIsTrue, pinAuthorizesCeremonies } from '../preconditions.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import { change, destructive, group, minPinLength, send, setsMinPinLength } from './config-support.ts';

const command = 'authenticatorConfig';

const policy = 'CTAP2_ERR_PIN_POLICY_VIOLATION';

const minimum: RequirementInput[] = [
  {
    id: 'min-pin-length.raised',
    title: 'setMinPINLength raises minPINLength',
    section: '6.11.4',
    provenBy: ['config.ignored'],
    async run(context) {
      await change(context, minPinLength([0x01, 10]));
      checkEqual((await context.readInfo()).minPINLength, 10, 'minPINLength');
    },
  },
  {
    id: 'min-pin-length.lowered',
    title: `A lower minimum length is refused with ${policy}`,
    section: '6.11.4',
    provenBy: ['ignored-error.pin-policy', 'status.policy-as-wrong-pin'],
    accepted: [policy],
    async run(context) {
      await change(context, minPinLength([0x01, suitePin.length]));
      checkStatus(await send(context, minPinLength([0x01, suitePin.length - 1])), policy);
    },
  },
  {
    id: 'min-pin-length.force-change',
    title: 'A minimum length above that of the current PIN sets forcePINChange',
    section: '6.11.4',
    provenBy: ['config.ignored'],
    async run(context) {
      await change(context, minPinLength([0x01, suitePin.length + 1]));
      checkEqual((await context.readInfo()).forcePINChange, true, 'forcePINChange');
    },
  },
  {
    id: 'force-change.set',
    title: 'forceChangePin sets forcePINChange',
    section: '6.11.4',
    provenBy: ['config.ignored'],
    async run(context) {
      await change(context, minPinLength([0x03, true]));
      checkEqual((await context.readInfo()).forcePINChange, true, 'forcePINChange');
    },
  },
  {
    id: 'force-change.token',
    title: 'While forcePINChange is true, getPinToken is refused with CTAP2_ERR_PIN_INVALID',
    section: '6.5.5.7.1',
    provenBy: ['config.ignored', 'ignored-error.pin-invalid'],
    preconditions: [pinAuthorizesCeremonies],
    accepted: ['CTAP2_ERR_PIN_INVALID'],
    async run(context) {
      await change(context, minPinLength([0x03, true]));
      checkStatus(await sendClientPin(context, await buildGetPinToken(context)), 'CTAP2_ERR_PIN_INVALID');
    },
  },
  {
    id: 'force-change.ended',
    title: 'changePIN ends forcePINChange, and the new PIN gives a token',
    section: '6.5.5.6',
    provenBy: ['config.forced-change-stays'],
    preconditions: [pinAuthorizesCeremonies],
    async run(context) {
      await change(context, minPinLength([0x03, true]));
      checkSuccess(await sendClientPin(context, await buildChangePin(context)));
      checkEqual((await context.readInfo()).forcePINChange ?? false, false, 'forcePINChange');
      checkSuccess(await sendClientPin(context, await buildGetPinToken(context, otherPin)));
    },
  },
  {
    id: 'force-change.same-pin',
    title: `While forcePINChange is true, changePIN to the same PIN is refused with ${policy}`,
    section: '6.5.5.6',
    provenBy: ['config.forced-change-to-same', 'ignored-error.pin-policy'],
    accepted: [policy],
    async run(context) {
      await change(context, minPinLength([0x03, true]));
      checkStatus(await sendClientPin(context, await buildChangePin(context, { next: padPin(suitePin) })), policy);
    },
  },
  {
    id: 'min-pin-length.too-long',
    title: `A minimum length that no PIN can have is refused with ${policy}`,
    section: '6.11.4',
    provenBy: ['ignored-error.pin-policy'],
    accepted: [policy],
    run: async (context) => checkRefused(context, await send(context, minPinLength([0x01, 64])), policy),
  },
  {
    id: 'min-pin-length.rp-ids-full',
    title: 'More RP IDs than maxRPIDsForSetMinPINLength are refused with CTAP2_ERR_KEY_STORE_FULL',
    section: '6.11.4',
    provenBy: ['ignored-error.key-store-full', 'status.full-as-other'],
    accepted: ['CTAP2_ERR_KEY_STORE_FULL'],
    async run(context) {
      const count = (context.info.maxRPIDsForSetMinPINLength ?? 0) + 1;
      const rpIds = Array.from({ length: count }, (_, index) => `rp-${index}.example`);
      checkStatus(await send(context, minPinLength([0x02, rpIds])), 'CTAP2_ERR_KEY_STORE_FULL');
    },
  },
];

const members: readonly RequestMember[] = [
  { name: 'subCommand', path: [0x01], type: 'unsigned', required: true },
  { name: 'subCommandParams', path: [0x02], type: 'map' },
  { name: 'pinUvAuthProtocol', path: [0x03], type: 'unsigned', required: true },
  { name: 'pinUvAuthParam', path: [0x04], type: 'bytes' },
];

const parameters: RequirementInput[] = [
  ...memberRequirements({
    command,
    title: 'setMinPINLength',
    prefix: 'request.',
    section: '6.11',
    members,
    build: (context) => buildManagement(context, config, minPinLength([0x01, 10])),
  }),
  ...(
    [
      ['new-min-pin-length', 'newMinPINLength', 0x01, 'ten'],
      ['min-pin-length-rp-ids', 'minPinLengthRPIDs', 0x02, 'example.com'],
      ['force-change-pin', 'forceChangePin', 0x03, 1],
    ] as const
  ).map(
    ([id, title, key, value]): RequirementInput => ({
      id: `min-pin-length.${id}.type`,
      title: `setMinPINLength with ${title} of a wrong type is refused`,
      section: '6.11.4',
      provenBy: ['ignored-error.unexpected-type'],
      accepted: ['CTAP2_ERR_CBOR_UNEXPECTED_TYPE'],
      async run(context) {
        checkRefused(context, await send(context, minPinLength([key, value])), 'CTAP2_ERR_CBOR_UNEXPECTED_TYPE');
      },
    }),
  ),
  {
    id: 'subcommand.unknown',
    title: 'An unknown subcommand is refused with CTAP1_ERR_INVALID_PARAMETER',
    section: '6.11',
    provenBy: ['ignored-error.invalid-parameter'],
    variants: ['0x00', '0x7f', '0xfe'].map((name) => ({ name })),
    accepted: ['CTAP1_ERR_INVALID_PARAMETER'],
    async run(context) {
      const exchange = await send(context, { subCommand: Number(context.variant) });
      checkRefused(context, exchange, 'CTAP1_ERR_INVALID_PARAMETER', 'CTAP2_ERR_INVALID_SUBCOMMAND');
    },
  },
];

const withoutPin: RequirementInput[] = [
  {
    id: 'force-change.without-pin',
    title: 'forceChangePin is refused with CTAP2_ERR_PIN_NOT_SET while no PIN is set',
    section: '6.11.4',
    provenBy: ['ignored-error.pin-not-set', 'status.pin-not-set-as-wrong-pin'],
    provenOn: 'yubikey-5-nfc-enterprise',
    preconditions: [optionIsNotTrue('uv'), optionIsNotTrue('alwaysUv')],
    state: 'no-pin',
    accepted: ['CTAP2_ERR_PIN_NOT_SET'],
    async run(context) {
      const request: CborMap = new Map<CborKey, CborValue>([
        [0x01, sub.setMinPINLength],
        [0x02, new Map([[0x03, true]])],
      ]);
      checkStatus(await context.send(command, request), 'CTAP2_ERR_PIN_NOT_SET');
    },
  },
  {
    id: 'min-pin-length.applies',
    title: `A PIN below the raised minimum length is refused with ${policy}`,
    section: '6.5.5.5',
    provenBy: ['pin.policy-ignored', 'config.ignored'],
    provenOn: 'yubikey-5-nfc-enterprise',
    preconditions: [optionIsNotTrue('uv'), optionIsNotTrue('alwaysUv')],
    state: 'no-pin',
    accepted: [policy],
    async run(context) {
      const request: CborMap = new Map<CborKey, CborValue>([
        [0x01, sub.setMinPINLength],
        [0x02, new Map([[0x01, suitePin.length + 1]])],
      ]);
      await setUp('raise the minimum length', async () => checkSuccess(await context.send(command, request)));
      checkStatus(await sendClientPin(context, await buildSetPin(context, padPin(suitePin))), policy);
    },
  },
];

export const minPinLengthConfig = defineGroup(
  { ...group, preconditions: [optionIsTrue('authnrCfg'), setsMinPinLength] },
  destructive([...minimum, ...parameters, ...withoutPin]),
);
