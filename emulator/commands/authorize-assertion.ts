/** The steps of authenticatorGetAssertion up to the user's consent, CTAP 2.1 section 6.2.2 steps 2 to 9, in their order. */
import { permissions } from '#protocol/commands.ts';
import { CtapError } from '#protocol/errors.ts';
import type { AuthenticatorEnv } from '../env.ts';
import type { Session } from '../session.ts';
import { type AuthorizedAssertion, findCredentials, type GetAssertionRequest, selectApplicable } from './assertion.ts';
import { applyAlwaysUv, chooseProtocol, ensurePresence, resolveUvOption, verifyUser } from './user-verification.ts';

interface Options {
  up: boolean;
  uv: boolean;
}

export async function authorizeAssertion(
  request: GetAssertionRequest,
  rpIdHash: Uint8Array,
  session: Session,
  env: AuthenticatorEnv,
): Promise<AuthorizedAssertion> {
  const { rpId, clientDataHash, pinUvAuthParam } = request;
  const protocol = chooseProtocol(request, env); // step 2
  const { up, uv } = resolveOptions(request, env); // steps 4 and 5
  const verification = { uv, protocol, pinUvAuthParam, clientDataHash, rpId, permission: permissions.ga };
  const user = await verifyUser(verification, session, env); // step 6
  const credentials = selectApplicable(findCredentials(request, rpIdHash, env), request, user, env); // step 7
  if (up)
    await ensurePresence(user, rpId, session, env); // steps 8 and 9
  else if (!env.faultHooks.rules.keepTokensOnSilence) env.pinUvAuth.consumeTokens();
  return { credentials, user };
}

/** Steps 4 and 5: `rk` is not allowed; alwaysUv does not apply to a request without user presence (up: false). */
function resolveOptions(request: GetAssertionRequest, env: AuthenticatorEnv): Options {
  const uv = resolveUvOption(request, env);
  if (request.options?.rk !== undefined) throw new CtapError('CTAP2_ERR_UNSUPPORTED_OPTION', 'rk');
  const up = request.options?.up ?? true;
  return { up, uv: up ? applyAlwaysUv(uv, request, env) : uv };
}
