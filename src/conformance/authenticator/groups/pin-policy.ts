/** pin: which PINs are accepted, CTAP 2.1 sections 6.5.1, 6.5.5.5 and 6.5.5.6. */
import { checkEqual, checkRefused, checkStatus, checkSuccess } from '../checks.ts';
import { buildChangePin, buildSetPin, padPin, sendClientPin } from '../client-pin.ts';
import type { Exchange } from '../exchange.ts';
import { suitePin } from '../pin.ts';
import { from21, fromVersion, hasClientPin, pinProtocolVariants } from '../preconditions.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import type { TestContext } from '../test-context.ts';

const from23 = fromVersion('FIDO_2_3');

const policy = 'CTAP2_ERR_PIN_POLICY_VIOLATION';

const policies: { id: string; title: string; pin: Uint8Array | string }[] = [
  { id: 'empty', title: 'an empty PIN', pin: '' },
  { id: 'one', title: 'a PIN of one character', pin: '7' },
  { id: 'three', title: 'a PIN of three characters', pin: '719' },
  { id: 'three-code-points', title: 'a PIN of three code points in twelve bytes', pin: '😀😂😎' },
  { id: 'zeros', title: 'a PIN of zero bytes', pin: new Uint8Array(8) },
  { id: 'too-long', title: 'a PIN of 64 bytes', pin: new Uint8Array(64).fill(0x39) },
];

/** CTAP 2.1 does not name the status for a PIN that is too long. */
function checkPolicy(context: TestContext, id: string, exchange: Exchange): void {
  if (id === 'too-long' && !from23.isMet(context.info, [])) checkRefused(context, exchange, policy);
  else checkStatus(exchange, policy);
}

/** Sets a PIN that is long enough. The authenticator may have further rules for PINs, section 6.5.5.5. */
async function checkAccepted(context: TestContext, pin: string): Promise<void> {
  const exchange = await sendClientPin(context, await buildSetPin(context, padPin(pin)));
  if (exchange.status === policy) return context.observe(`Refused with ${policy}: the authenticator has further rules`);
  checkSuccess(exchange);
  checkEqual((await context.readInfo()).options?.clientPin, true, 'clientPin');
}

const policyRequirements: RequirementInput[] = policies.flatMap(({ id, title, pin }): RequirementInput[] => [
  {
    id: `policy.set-${id}`,
    title: `setPIN refuses ${title} with ${policy}`,
    section: '6.5.5.5',
    provenBy: ['ignored-error.pin-policy', 'status.policy-as-wrong-pin'],
    preconditions: [from21],
    variants: pinProtocolVariants,
    accepted: [policy],
    run: async (context) =>
      checkPolicy(context, id, await sendClientPin(context, await buildSetPin(context, padPin(pin)))),
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
      checkPolicy(context, id, await sendClientPin(context, await buildChangePin(context, { next: padPin(pin) })));
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
      await checkAccepted(context, suitePin.repeat(8).slice(0, 63));
    },
  },
  {
    id: 'policy.code-points',
    title: 'minPINLength counts code points, not bytes',
    section: '6.5.1',
    provenBy: ['pin.set-ignored'],
    preconditions: [from21],
    async run(context) {
      await checkAccepted(context, 'äöüßéèñç'.slice(0, Math.max(4, context.info.minPINLength ?? 4)));
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

export const pinPolicy = defineGroup({ group: 'pin', document: 'CTAP 2.1', preconditions: [hasClientPin] }, [
  ...policyRequirements,
  ...lengths,
]);
