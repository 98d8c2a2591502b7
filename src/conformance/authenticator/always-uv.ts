/**
 * Authenticators with alwaysUv and without built-in user verification register and sign only with a token, CTAP 2.1 section 7.2. Cases
 * that start without a PIN run on them with one: their requests get a token.
 */
import type { CborMap } from '#protocol/cbor.ts';
import type { CommandName } from '#protocol/commands.ts';
import type { AuthenticatorInfo } from '#protocol/get-info.ts';
import { authorizeAssertion, ga } from './assertion.ts';
import { optionIsTrue, pinAuthorizesCeremonies, registersWithoutPin } from './preconditions.ts';
import { authorizeRegistration, mc } from './registration.ts';
import type { Precondition, Requirement } from './requirement.ts';
import type { TestContext } from './test-context.ts';

/** Returns the requirements as they are tested on an authenticator with this getInfo. */
export function adaptToAlwaysUv(requirements: readonly Requirement[], info: AuthenticatorInfo): readonly Requirement[] {
  const needsToken =
    optionIsTrue('alwaysUv').isMet(info, []) &&
    !registersWithoutPin.isMet(info, []) &&
    pinAuthorizesCeremonies.isMet(info, []);
  return needsToken ? requirements.map(withToken) : requirements;
}

function withToken(requirement: Requirement): Requirement {
  const preconditions = withoutRegistration(requirement.preconditions);
  const variants = requirement.variants.map((variant) => ({
    ...variant,
    preconditions: withoutRegistration(variant.preconditions ?? []),
  }));
  const isChanged =
    preconditions.length < requirement.preconditions.length ||
    requirement.variants.some((variant) => variant.preconditions?.includes(registersWithoutPin));
  if (!isChanged) return requirement;
  return {
    ...requirement,
    preconditions,
    variants,
    state: 'pin',
    async run(context) {
      context.authorize = (command, parameters) => authorize(context, command, parameters);
      await requirement.run(context);
    },
  };
}

const withoutRegistration = (preconditions: readonly Precondition[]): Precondition[] =>
  preconditions.filter((precondition) => precondition !== registersWithoutPin);

/** Adds a token to a request that has none, if it is complete enough for one. */
async function authorize(context: TestContext, command: CommandName, parameters: CborMap): Promise<CborMap> {
  if (command === 'authenticatorMakeCredential') {
    const rp = parameters.get(mc.rp);
    const rpId = rp instanceof Map ? rp.get('id') : undefined;
    const isComplete = typeof rpId === 'string' && parameters.get(mc.clientDataHash) instanceof Uint8Array;
    return isComplete && !parameters.has(mc.pinUvAuthParam) && !parameters.has(mc.pinUvAuthProtocol)
      ? authorizeRegistration(context, parameters, rpId)
      : parameters;
  }
  if (command !== 'authenticatorGetAssertion') return parameters;
  const [rpId, options] = [parameters.get(ga.rpId), parameters.get(ga.options)];
  const isSilent = options instanceof Map && options.get('up') === false;
  const isComplete = typeof rpId === 'string' && parameters.get(ga.clientDataHash) instanceof Uint8Array;
  return isComplete && !isSilent && !parameters.has(ga.pinUvAuthParam) && !parameters.has(ga.pinUvAuthProtocol)
    ? authorizeAssertion(context, parameters, rpId)
    : parameters;
}
