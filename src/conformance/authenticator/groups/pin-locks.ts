/** pin: the state after three wrong PINs in a row, and after all of them, CTAP 2.1 section 6.5.5.7.2. */
import { checkEqual, checkStatus, checkSuccess } from '../checks.ts';
import {
  buildChangePin,
  buildGetPinToken,
  buildReading,
  enterWrongPin,
  readPinRetries,
  sendClientPin,
} from '../client-pin.ts';
import { from21, hasClientPin, pinAuthorizesCeremonies, pinProtocolVariants } from '../preconditions.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import type { TestContext } from '../test-context.ts';

async function enterWrongPins(context: TestContext, count: number): Promise<string[]> {
  const statuses: string[] = [];
  for (let entered = 0; entered < count; entered++) statuses.push((await enterWrongPin(context)).status);
  return statuses;
}

/** Enters wrong PINs, with the power cycles that they require. */
async function useUpRetries(context: TestContext, count: number): Promise<void> {
  for (let entered = 0; entered < count; entered++) {
    if (entered > 0 && entered % 3 === 0) await context.powerCycle();
    await enterWrongPin(context);
  }
}

/** After these, the PIN works again only after a power cycle or a reset. */
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
      const before = await readPinRetries(context);
      await enterWrongPin(context);
      checkEqual(await readPinRetries(context), before, 'pinRetries');
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
      checkEqual(await readPinRetries(context), 0, 'pinRetries');
    },
  },
];

export const pinLocks = defineGroup(
  { group: 'pin', document: 'CTAP 2.1', preconditions: [hasClientPin] },
  locks.map((requirement) => ({ ...requirement, destructive: true })),
);
