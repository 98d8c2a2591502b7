/** The steps of authenticatorMakeCredential up to the user's consent, CTAP 2.1 section 6.1.2 steps 2 to 14, in their order. */
import { permissions } from '#protocol/commands.ts';
import { CtapError } from '#protocol/errors.ts';
import { isEnterpriseAttestation } from '../attestation/choose-attestation.ts';
import type { AuthenticatorEnv } from '../env.ts';
import type { Session } from '../session.ts';
import { isProtected } from './protection.ts';
import {
  type AuthorizedRegistration,
  chooseAlgorithm,
  findExcluded,
  type MakeCredentialRequest,
  refuseExcluded,
} from './registration.ts';
import {
  applyAlwaysUv,
  chooseProtocol,
  ensurePresence,
  resolveUvOption,
  unverifiedError,
  verifyUser,
} from './user-verification.ts';

interface Options {
  rk: boolean;
  uv: boolean;
  /** False only for a credential manager that creates passkeys without a gesture; then neither presence nor verification is required. */
  up: boolean;
}

export async function authorizeRegistration(
  request: MakeCredentialRequest,
  rpIdHash: Uint8Array,
  session: Session,
  env: AuthenticatorEnv,
): Promise<AuthorizedRegistration> {
  const { clientDataHash, pinUvAuthParam } = request;
  const rpId = request.rp.id;
  const protocol = chooseProtocol(request, env); // step 2
  const algorithm = chooseAlgorithm(request, env); // step 3
  const { rk, uv, up } = resolveOptions(request, env); // steps 5 and 6
  if (up) refuseWithoutVerification(request, { rk, uv }, env); // steps 7, 8 and 10
  const isEnterprise = isEnterpriseAttestation(request.enterpriseAttestation, rpId, env); // step 9
  const verification = { uv, protocol, pinUvAuthParam, clientDataHash, rpId, permission: permissions.mc };
  const user = await verifyUser(verification, session, env); // step 11
  await refuseExcluded(findExcluded(request, rpIdHash, env), { user, rpId, up }, session, env); // step 12
  if (up) await ensurePresence(user, rpId, session, env); // steps 13 and 14
  return { algorithm, discoverable: rk, isEnterprise, user };
}

/** Steps 5 and 6. Unknown options are ignored. */
function resolveOptions(request: MakeCredentialRequest, env: AuthenticatorEnv): Options {
  const uv = resolveUvOption(request, env);
  const rk = request.options?.rk === true;
  if (rk && !env.persona.options.rk) throw new CtapError('CTAP2_ERR_UNSUPPORTED_OPTION', 'rk');
  const up = request.options?.up ?? true;
  if (!up && !env.persona.createsWithoutPresence) throw new CtapError('CTAP2_ERR_INVALID_OPTION', 'up');
  return { rk, up, uv: up ? applyAlwaysUv(uv, request, env) : uv };
}

/** Steps 7, 8 and 10: a protected authenticator needs user verification, except without rk and with makeCredUvNotRqd. */
function refuseWithoutVerification(
  { pinUvAuthParam }: MakeCredentialRequest,
  options: Pick<Options, 'rk' | 'uv'>,
  env: AuthenticatorEnv,
) {
  if (pinUvAuthParam || options.uv || !isProtected(env) || !env.faultHooks.rules.enforceUserVerification) return;
  const { makeCredUvNotRqd = false } = env.persona.options;
  if (options.rk || !makeCredUvNotRqd || env.state.persistent.alwaysUv) throw unverifiedError(env);
}
