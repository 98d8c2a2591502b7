/** pin: comparing the PIN, and the retries, CTAP 2.1 sections 6.5.2.2 and 6.5.5.7.2. */
import { check, checkEqual, checkStatus, checkSuccess, readUnsigned } from '../checks.ts';
import {
  buildAlmostRightPin,
  buildChangePin,
  buildGetPinToken,
  buildGetToken,
  buildReading,
  cp,
  enterWrongPin,
  readPinRetries,
  sendClientPin,
} from '../client-pin.ts';
import { withMember } from '../members.ts';
import {
  from21,
  hasBuiltInUv,
  hasClientPin,
  hasPinUvAuth,
  hasTokens,
  pinAuthorizesCeremonies,
  pinProtocolVariants,
} from '../preconditions.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';

const retries: RequirementInput[] = [
  {
    id: 'retries.form',
    title: 'getPINRetries returns pinRetries from 0 to 8',
    section: '6.5.5.2',
    provenBy: ['pin.retries-missing', 'pin.retries-too-many', 'pin.retries-negative'],
    async run(context) {
      const left = await readPinRetries(context);
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
    run: async (context) => checkEqual(await readPinRetries(context), 8, 'pinRetries'),
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
      const before = await readPinRetries(context);
      await enterWrongPin(context);
      checkEqual(await readPinRetries(context), before - 1, 'pinRetries');
    },
  },
  {
    id: 'retries.decrease-by-change',
    title: 'A wrong current PIN in changePIN costs one retry',
    section: '6.5.5.6',
    provenBy: ['pin.guesses-uncounted', 'pin.retries-unlimited', 'pin.retries-double'],
    state: 'pin',
    variants: pinProtocolVariants,
    async run(context) {
      const before = await readPinRetries(context);
      await sendClientPin(context, await buildChangePin(context, { current: 'wrong-pin' }));
      checkEqual(await readPinRetries(context), before - 1, 'pinRetries');
    },
  },
  {
    id: 'retries.decrease-by-permissions',
    title: 'A wrong PIN in getPinUvAuthTokenUsingPinWithPermissions costs one retry',
    section: '6.5.5.7.2',
    provenBy: ['pin.guesses-uncounted', 'pin.retries-unlimited', 'pin.retries-double'],
    state: 'pin',
    preconditions: [hasTokens, pinAuthorizesCeremonies],
    variants: pinProtocolVariants,
    async run(context) {
      const before = await readPinRetries(context);
      await sendClientPin(context, await buildGetToken(context, { pin: 'wrong-pin' }));
      checkEqual(await readPinRetries(context), before - 1, 'pinRetries');
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
    id: 'retries.whole-hash',
    title: 'A PIN hash that differs in its last byte is refused with CTAP2_ERR_PIN_INVALID',
    section: '6.5.5.7.2',
    provenBy: ['pin.hash-start-only', 'pin.not-compared'],
    state: 'pin',
    preconditions: [pinAuthorizesCeremonies],
    variants: pinProtocolVariants,
    accepted: ['CTAP2_ERR_PIN_INVALID'],
    async run(context) {
      checkStatus(await sendClientPin(context, await buildAlmostRightPin(context)), 'CTAP2_ERR_PIN_INVALID');
    },
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
      const before = await readPinRetries(context);
      await enterWrongPin(context);
      checkSuccess(await sendClientPin(context, await buildGetPinToken(context)));
      checkEqual(await readPinRetries(context), before, 'pinRetries');
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
      const before = await readPinRetries(context);
      await enterWrongPin(context);
      checkSuccess(await sendClientPin(context, await buildChangePin(context)));
      checkEqual(await readPinRetries(context), before, 'pinRetries');
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
      const before = await readPinRetries(context);
      await enterWrongPin(context);
      await context.powerCycle();
      checkEqual(await readPinRetries(context), before - 1, 'pinRetries');
    },
  },
];

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

const pin = { group: 'pin', document: 'CTAP 2.1' } as const;

export const pinRetries = [
  ...defineGroup({ ...pin, preconditions: [hasClientPin] }, retries),
  ...defineGroup({ ...pin, preconditions: [hasPinUvAuth] }, uvRetries),
];
