/** reset and select: authenticatorReset and authenticatorSelection, CTAP 2.1 sections 6.6 and 6.9. */
import { sendAssertion } from '../assertion.ts';
import { check, checkEqual, checkStatus, checkSuccess, checkWaited } from '../checks.ts';
import { NotApplicable, setUp } from '../failures.ts';
import { ensurePin } from '../pin.ts';
import {
  fromVersion,
  hasClientPin,
  hasDiscoverableCredentials,
  optionIsNotTrue,
  registersWithoutPin,
} from '../preconditions.ts';
import { register } from '../registration.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import type { TestContext } from '../test-context.ts';

const reset = 'authenticatorReset';
const select = 'authenticatorSelection';

/** Resets right after a power cycle. */
async function resetAfterPowerCycle(context: TestContext) {
  await context.powerCycle();
  return context.send(reset);
}

const resets: RequirementInput[] = [
  {
    id: 'accepted',
    title: 'A reset right after power-up succeeds with a touch',
    section: '6.6',
    provenBy: ['status.vendor'],
    run: async (context) => void checkSuccess(await resetAfterPowerCycle(context)),
  },
  {
    id: 'too-late',
    title: 'A reset more than 10 seconds after power-up is refused with CTAP2_ERR_NOT_ALLOWED',
    section: '6.6',
    provenBy: ['reset.any-time', 'status.not-allowed-as-command'],
    preconditions: [
      optionIsNotTrue('plat'),
      {
        reason: 'A long touch replaces the time limit of a reset (longTouchForReset)',
        isMet: ({ longTouchForReset }) => longTouchForReset !== true,
      },
    ],
    accepted: ['CTAP2_ERR_NOT_ALLOWED'],
    async run(context) {
      const { tcDisplay } = context.metadata;
      if (Array.isArray(tcDisplay) && tcDisplay.length > 0)
        throw new NotApplicable('The time limit does not hold for an authenticator with a display (tcDisplay)');
      await context.powerCycle();
      await context.wait(11_000);
      checkStatus(await context.send(reset), 'CTAP2_ERR_NOT_ALLOWED');
    },
  },
  {
    id: 'touch-required',
    title: 'A reset requires a touch',
    section: '6.6',
    provenBy: ['reset.without-touch'],
    async run(context) {
      await context.powerCycle();
      check((await context.sendWith('absent', reset)).status !== 'CTAP2_OK', 'Expected a refusal without a touch');
    },
  },
  {
    id: 'declined',
    title: 'A reset that the user declines ends with CTAP2_ERR_OPERATION_DENIED',
    section: '6.6',
    provenBy: ['reset.without-touch', 'status.denied-as-timeout'],
    accepted: ['CTAP2_ERR_OPERATION_DENIED'],
    async run(context) {
      await context.powerCycle();
      checkStatus(await context.sendWith('decline', reset), 'CTAP2_ERR_OPERATION_DENIED');
    },
  },
  {
    id: 'timeout',
    title: 'A reset without a touch ends with CTAP2_ERR_USER_ACTION_TIMEOUT',
    section: '6.6',
    provenBy: ['reset.without-touch', 'status.timeout-as-other'],
    accepted: ['CTAP2_ERR_USER_ACTION_TIMEOUT'],
    async run(context) {
      await context.powerCycle();
      checkStatus(await context.sendWith('absent', reset), 'CTAP2_ERR_USER_ACTION_TIMEOUT');
    },
  },
  {
    id: 'cancel',
    title: 'A reset that the platform cancels ends with CTAP2_ERR_KEEPALIVE_CANCEL',
    section: '11.2.9.1.5',
    provenBy: ['reset.without-touch', 'status.cancel-as-denied'],
    accepted: ['CTAP2_ERR_KEEPALIVE_CANCEL'],
    async run(context) {
      await context.powerCycle();
      checkStatus(await context.sendAndCancel(reset), 'CTAP2_ERR_KEEPALIVE_CANCEL');
    },
  },
  {
    id: 'deletes-discoverable',
    title: 'A reset deletes discoverable credentials',
    section: '6.6',
    provenBy: ['reset.forgets-nothing'],
    preconditions: [hasDiscoverableCredentials, registersWithoutPin],
    accepted: ['CTAP2_ERR_NO_CREDENTIALS'],
    async run(context) {
      await register(context, { rk: true });
      await setUp('reset', async () => checkSuccess(await resetAfterPowerCycle(context)));
      context.info = await context.readInfo();
      checkStatus(await sendAssertion(context, { up: false }), 'CTAP2_ERR_NO_CREDENTIALS');
    },
  },
  {
    id: 'invalidates-others',
    title: 'A reset makes credentials that are not discoverable invalid',
    section: '6.6',
    provenBy: ['reset.forgets-nothing'],
    preconditions: [registersWithoutPin],
    accepted: ['CTAP2_ERR_NO_CREDENTIALS'],
    async run(context) {
      const credential = await register(context);
      await setUp('reset', async () => checkSuccess(await resetAfterPowerCycle(context)));
      context.info = await context.readInfo();
      checkStatus(await sendAssertion(context, { allowList: [credential], up: false }), 'CTAP2_ERR_NO_CREDENTIALS');
    },
  },
  {
    id: 'deletes-pin',
    title: 'A reset deletes the PIN',
    section: '6.6',
    provenBy: ['reset.forgets-nothing'],
    preconditions: [hasClientPin],
    async run(context) {
      await ensurePin(context);
      await setUp('reset', async () => checkSuccess(await resetAfterPowerCycle(context)));
      checkEqual((await context.readInfo()).options?.clientPin, false, 'clientPin');
    },
  },
  {
    id: 'refused-changes-nothing',
    title: 'A refused reset keeps the PIN',
    section: '6.6',
    provenBy: ['reset.without-touch'],
    preconditions: [hasClientPin],
    async run(context) {
      await ensurePin(context);
      await context.powerCycle();
      await context.sendWith('decline', reset);
      checkEqual((await context.readInfo()).options?.clientPin, true, 'clientPin');
    },
  },
];

/** CTAP 2.3 section 6.4: transportsForReset lists the transports over which a reset is accepted. */
const unlessOtherTransport =
  (run: RequirementInput['run']): RequirementInput['run'] =>
  async (context) => {
    const { transportsForReset } = context.info;
    const { transport } = context.device;
    const isOther = transportsForReset !== undefined && !transportsForReset.includes(transport);
    if (isOther && ['usb', 'nfc'].includes(transport))
      throw new NotApplicable(`The authenticator accepts no reset over ${transport} (transportsForReset)`);
    await run(context);
  };

const selections: RequirementInput[] = [
  {
    id: 'touch',
    title: 'authenticatorSelection succeeds after a touch',
    section: '6.9',
    provenBy: ['status.vendor'],
    async run(context) {
      const exchange = await context.send(select);
      checkSuccess(exchange);
      checkWaited(context, exchange);
    },
  },
  {
    id: 'declined',
    title: 'authenticatorSelection ends with CTAP2_ERR_OPERATION_DENIED if the user declines',
    section: '6.9',
    provenBy: ['status.denied-as-timeout', 'ignored-error.operation-denied'],
    accepted: ['CTAP2_ERR_OPERATION_DENIED'],
    run: async (context) => checkStatus(await context.sendWith('decline', select), 'CTAP2_ERR_OPERATION_DENIED'),
  },
  {
    id: 'timeout',
    title: 'authenticatorSelection ends with CTAP2_ERR_USER_ACTION_TIMEOUT if the user does not react',
    section: '6.9',
    provenBy: ['status.timeout-as-other', 'ignored-error.user-action-timeout'],
    accepted: ['CTAP2_ERR_USER_ACTION_TIMEOUT'],
    run: async (context) => checkStatus(await context.sendWith('absent', select), 'CTAP2_ERR_USER_ACTION_TIMEOUT'),
  },
  {
    id: 'cancel',
    title: 'authenticatorSelection ends with CTAP2_ERR_KEEPALIVE_CANCEL if the platform cancels',
    section: '6.9',
    provenBy: ['status.cancel-as-denied', 'ignored-error.cancel'],
    accepted: ['CTAP2_ERR_KEEPALIVE_CANCEL'],
    run: async (context) => checkStatus(await context.sendAndCancel(select), 'CTAP2_ERR_KEEPALIVE_CANCEL'),
  },
];

export const resetRequirements = defineGroup(
  { group: 'reset', document: 'CTAP 2.1' },
  resets.map((requirement) => ({ ...requirement, destructive: true, run: unlessOtherTransport(requirement.run) })),
);
export const selectionRequirements = defineGroup(
  { group: 'select', document: 'CTAP 2.1', preconditions: [fromVersion('FIDO_2_1')] },
  selections,
);
