/** pin: comparing the PIN, retries and locks, CTAP 2.1 sections 6.5.2.2 and 6.5.5.7.2. */
import { check, checkEqual, checkStatus, checkSuccess, readUnsigned } from '../checks.ts';
import {
  buildAlmostRightPin,
  buildChangePin,
  buildGetPinToken,
  buildGetToken,
  buildReading,
  cp,
  enterWrongPin,
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
import type { TestContext } from '../test-context.ts';

async function readRetries(context: TestContext): Promise<number> {
  const members = checkSuccess(await sendClientPin(context, buildReading(context, 'getPINRetries')));
  return readUnsigned(members, 0x03, 'pinRetries');
}

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
    id: 'retries.decrease-by-change',
    title: 'A wrong current PIN in changePIN costs one retry',
    section: '6.5.5.6',
    provenBy: ['pin.guesses-uncounted', 'pin.retries-unlimited', 'pin.retries-double'],
    state: 'pin',
    variants: pinProtocolVariants,
    async run(context) {
      const before = await readRetries(context);
      await sendClientPin(context, await buildChangePin(context, { current: 'wrong-pin' }));
      checkEqual(await readRetries(context), before - 1, 'pinRetries');
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
      const before = await readRetries(context);
      await sendClientPin(context, await buildGetToken(context, { pin: 'wrong-pin' }));
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
    provenBy: [
      'status.blocked-as-wrong-pin',
      'pin.retries-unlimited',
      'ignored-error.pin-blocked',
      'pin.decrement-after-answer',
    ],
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

const pin = { group: 'pin', document: 'CTAP 2.1' } as const;

export const pinRetries = [
  ...defineGroup({ ...pin, preconditions: [hasClientPin] }, retries),
  ...defineGroup({ ...pin, preconditions: [hasPinUvAuth] }, uvRetries),
  ...defineGroup(
    { ...pin, preconditions: [hasClientPin] },
    locks.map((requirement) => ({ ...requirement, destructive: true })),
  ),
];
