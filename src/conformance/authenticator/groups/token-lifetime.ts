/** token: how long and for which relying party a token is valid, CTAP 2.1 sections 6.5.2.1 and 6.5.3.2. */
import type { PinUvAuthToken } from '#client/pin-protocol.ts';
import type { Permission } from '#protocol/commands.ts';
import { buildAssertion, ga } from '../assertion.ts';
import { checkDifferentBytes, checkStatus, checkSuccess } from '../checks.ts';
import { buildChangePin, enterWrongPin, sendClientPin } from '../client-pin.ts';
import { setUp } from '../failures.ts';
import { addToken, getToken, openPinSession, suitePin } from '../pin.ts';
import { hasClientPin, optionIsNotTrue, pinAuthorizesCeremonies, pinProtocolVariants } from '../preconditions.ts';
import { buildRegistration, mc, register } from '../registration.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import type { TestContext } from '../test-context.ts';
import { ceremonies, token } from './token-support.ts';

const invalid = 'CTAP2_ERR_PIN_AUTH_INVALID';

/** Registers with the token, and returns how the command ended. */
function registerWith(context: TestContext, token: PinUvAuthToken) {
  const request = buildRegistration(context);
  const hash = request.get(mc.clientDataHash) as Uint8Array;
  const keys = { param: mc.pinUvAuthParam, protocol: mc.pinUvAuthProtocol };
  return context.send('authenticatorMakeCredential', addToken(request, token, hash, keys));
}

const getCeremonyToken = (context: TestContext, names: readonly Permission[] = ['mc', 'ga']) =>
  getToken(context, names, context.rpId);

const lifetime: RequirementInput[] = [
  {
    id: 'lifetime.initial',
    title: 'A token that is not used within its initial usage time limit is invalid',
    section: '6.5.2.1',
    provenBy: ['token.never-expires'],
    preconditions: ceremonies,
    variants: pinProtocolVariants,
    accepted: [invalid],
    async run(context) {
      const token = await getCeremonyToken(context);
      await context.wait(31_000);
      checkStatus(await registerWith(context, token), invalid);
    },
  },
  {
    id: 'lifetime.usable',
    title: 'A token is valid 15 seconds after it was issued',
    section: '6.5.2.1',
    level: 'SHOULD',
    provenBy: ['token.expires-at-once'],
    preconditions: ceremonies,
    variants: pinProtocolVariants,
    async run(context) {
      const token = await getCeremonyToken(context);
      await context.wait(15_000);
      checkSuccess(await registerWith(context, token));
    },
  },
  {
    id: 'lifetime.power-cycle',
    title: 'A power cycle makes tokens invalid',
    section: '6.5.4',
    provenBy: ['token.survives-power-cycle'],
    preconditions: [pinAuthorizesCeremonies],
    variants: pinProtocolVariants,
    accepted: [invalid],
    async run(context) {
      const token = await getCeremonyToken(context);
      await context.powerCycle();
      checkStatus(await registerWith(context, token), invalid);
    },
  },
  {
    id: 'lifetime.new-token',
    title: 'A new token makes the earlier one invalid',
    section: '6.5.5.7.2',
    provenBy: ['token.old-survives'],
    preconditions: ceremonies,
    variants: pinProtocolVariants,
    accepted: [invalid],
    async run(context) {
      const token = await getCeremonyToken(context);
      await getCeremonyToken(context);
      checkStatus(await registerWith(context, token), invalid);
    },
  },
  {
    id: 'lifetime.different',
    title: 'Two tokens are different',
    section: '6.5.5.7.2',
    provenBy: ['token.old-survives'],
    preconditions: ceremonies,
    variants: pinProtocolVariants,
    async run(context) {
      const first = await getCeremonyToken(context);
      checkDifferentBytes(first.token, (await getCeremonyToken(context)).token, 'the tokens');
    },
  },
  {
    id: 'lifetime.pin-change',
    title: 'A changed PIN makes tokens invalid',
    section: '6.5.5.6',
    provenBy: ['token.survives-pin-change'],
    preconditions: [pinAuthorizesCeremonies],
    variants: pinProtocolVariants,
    accepted: [invalid],
    async run(context) {
      const token = await getCeremonyToken(context);
      await setUp('change the PIN', async () =>
        checkSuccess(await sendClientPin(context, await buildChangePin(context))),
      );
      checkStatus(await registerWith(context, token), invalid);
    },
  },
  {
    id: 'lifetime.wrong-pin',
    title: 'A wrong PIN does not extend what an earlier token allows',
    section: '6.5.5.7.2',
    provenBy: ['token.permissions-ignored'],
    preconditions: ceremonies,
    accepted: [invalid],
    async run(context) {
      const token = await getCeremonyToken(context, ['ga']);
      await enterWrongPin(context);
      checkStatus(await registerWith(context, token), invalid);
    },
  },
];

const binding: RequirementInput[] = [
  {
    id: 'binding.first-use',
    title: 'A token of getPinToken is bound to the relying party of its first use',
    section: '6.5.5.7.1',
    provenBy: ['token.rp-id-ignored'],
    preconditions: [...ceremonies, optionIsNotTrue('alwaysUv')],
    variants: pinProtocolVariants,
    accepted: [invalid],
    async run(context) {
      const rpId = `other-${context.rpId}`;
      await register(context);
      const session = await openPinSession(context);
      const token = await setUp('get a token', () => session.tokenUsingPin(suitePin));
      const silent = (id: string) => {
        const request = buildAssertion(context, { rpId: id, up: false });
        const hash = request.get(ga.clientDataHash) as Uint8Array;
        const keys = { param: ga.pinUvAuthParam, protocol: ga.pinUvAuthProtocol };
        return context.send('authenticatorGetAssertion', addToken(request, token, hash, keys));
      };
      await silent(context.rpId);
      checkStatus(await silent(rpId), invalid);
    },
  },
];

export const tokenLifetime = defineGroup({ ...token, state: 'pin', preconditions: [hasClientPin] }, [
  ...lifetime,
  ...binding,
]);
