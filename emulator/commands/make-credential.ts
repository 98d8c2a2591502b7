/**
 * authenticatorMakeCredential (0x01), CTAP 2.1 section 6.1.
 *
 * Responsible for the order of the checks. PIN/UV state, gestures, extensions, keys and attestation are separate modules. The
 * functions below are the steps of the specification; each can end the command with a CtapError.
 */

import { type CommandRequest, commands, permissions } from '#protocol/commands.ts';
import { algorithmName, type CoseAlgorithm } from '#protocol/cose.ts';
import { sha256 } from '#protocol/crypto.ts';
import { CtapError } from '#protocol/errors.ts';
import { attestCredential } from '../attestation/attest.ts';
import { chooseAttestation, isEnterpriseAttestation } from '../attestation/choose-attestation.ts';
import type { CredentialProperties } from '../credential-keys.ts';
import type { CredentialExtras } from '../credential-store.ts';
import type { AuthenticatorEnv } from '../env.ts';
import { runMakeCredentialExtensions } from '../extensions/registry.ts';
import type { Session } from '../session.ts';
import type { UserEvidence } from '../user-evidence.ts';
import type { CtapCommand } from './command.ts';
import { findCredential, renewCredStoreState } from './credentials.ts';
import {
  answerZeroLengthPinUvAuthParam,
  applyAlwaysUv,
  chooseProtocol,
  ensurePresence,
  isProtected,
  resolveUvOption,
  verificationRequiredError,
  verifyUser,
} from './user-verification.ts';

type MakeCredentialRequest = CommandRequest<'authenticatorMakeCredential'>;

interface Options {
  rk: boolean;
  up: boolean;
  uv: boolean;
}

export const makeCredential: CtapCommand = {
  async execute(parameters, session, env) {
    const request = commands.authenticatorMakeCredential.request.parse(parameters ?? new Map());
    await answerZeroLengthPinUvAuthParam(request, session, env); // step 1
    const protocol = chooseProtocol(request, env); // step 2
    const algorithm = chooseAlgorithm(request, env); // step 3
    const options = resolveOptions(request, env); // steps 5 and 6
    refuseWithoutVerification(request, options, env); // steps 7, 8 and 10
    const { clientDataHash, pinUvAuthParam } = request;
    const rpId = request.rp.id;
    const isEnterprise = isEnterpriseAttestation(request.enterpriseAttestation, rpId, env); // step 9
    const verification = { uv: options.uv, protocol, pinUvAuthParam, clientDataHash, rpId, permission: permissions.mc };
    const user = await verifyUser(verification, session, env); // step 11
    const rpIdHash = sha256(rpId);
    await refuseExcluded(request, { rpIdHash, user, up: options.up }, session, env); // step 12
    if (options.up) await ensurePresence(user, rpId, session, env); // steps 13 and 14
    const discoverable = options.rk;
    const { properties, computeOutputs } = runMakeCredentialExtensions(request, { discoverable, user }, env); // step 15
    const credential = createCredential(request, { algorithm, discoverable, ...properties }, rpIdHash, env);
    const extensions = computeOutputs(credential.credentialId);
    if (discoverable) renewCredStoreState(env);
    const attestation = isEnterprise ? 'packed-enterprise' : chooseAttestation(request, algorithm, env.persona);
    return attestCredential({ clientDataHash, rpIdHash, user, credential, extensions, attestation }, env); // step 19
  },
};

/** Step 3: returns the first algorithm of the request that this authenticator has. */
function chooseAlgorithm({ pubKeyCredParams }: MakeCredentialRequest, { persona }: AuthenticatorEnv): CoseAlgorithm {
  for (const { type, alg } of pubKeyCredParams) {
    const name = type === 'public-key' ? algorithmName(alg) : undefined;
    if (name && persona.algorithms.includes(name)) return name;
  }
  throw new CtapError('CTAP2_ERR_UNSUPPORTED_ALGORITHM', pubKeyCredParams.map(({ alg }) => alg).join(', '));
}

/**
 * Steps 5 and 6. Unknown options are ignored. `up: false` is refused, except by a credential manager: there it stands for
 * requireUserPresence false (WebAuthn L3 section 6.3.2), for which CTAP has no encoding.
 */
function resolveOptions(request: MakeCredentialRequest, env: AuthenticatorEnv): Options {
  const uv = resolveUvOption(request, env);
  const rk = request.options?.rk === true;
  if (rk && !env.persona.options.rk) throw new CtapError('CTAP2_ERR_UNSUPPORTED_OPTION', 'rk');
  const up = request.options?.up ?? true;
  if (!up && !env.persona.createsWithoutPresence) throw new CtapError('CTAP2_ERR_INVALID_OPTION', 'up');
  return { rk, up, uv: up ? applyAlwaysUv(uv, request, env) : uv };
}

/** Steps 7, 8 and 10: a protected authenticator needs user verification, except without rk and with makeCredUvNotRqd. */
function refuseWithoutVerification({ pinUvAuthParam }: MakeCredentialRequest, options: Options, env: AuthenticatorEnv) {
  if (pinUvAuthParam || options.uv || !options.up || !isProtected(env) || !env.faultHooks.rules.enforceUserVerification)
    return;
  const { makeCredUvNotRqd = false } = env.persona.options;
  if (options.rk || !makeCredUvNotRqd || env.state.persistent.alwaysUv) throw verificationRequiredError(env);
}

/** Step 12: reports an excluded credential only after a gesture, and one with credProtect 3 only to a verified user. */
async function refuseExcluded(
  { excludeList = [], rp }: MakeCredentialRequest,
  { rpIdHash, user, up }: { rpIdHash: Uint8Array; user: UserEvidence; up: boolean },
  session: Session,
  env: AuthenticatorEnv,
) {
  if (excludeList.length > env.persona.maxCredentialCountInList)
    throw new CtapError('CTAP2_ERR_LIMIT_EXCEEDED', 'excludeList');
  const isExcluded = excludeList.some(({ id, type }) => {
    const credential = type === 'public-key' ? findCredential(id, rp.id, rpIdHash, env) : undefined;
    return credential && (credential.credProtect < 3 || user.verified);
  });
  if (!isExcluded) return;
  try {
    if (up) await ensurePresence(user, rp.id, session, env);
  } catch (error) {
    const isAnswered = error instanceof CtapError && error.status !== 'CTAP2_ERR_KEEPALIVE_CANCEL';
    if (!isAnswered) throw error; // a gesture that is denied or times out ends with the same status as a touch
  }
  throw new CtapError('CTAP2_ERR_CREDENTIAL_EXCLUDED');
}

/** Steps 16 to 18: creates the key pair, and stores a discoverable credential with its account. */
function createCredential(
  { rp, user }: MakeCredentialRequest,
  properties: CredentialProperties & CredentialExtras,
  rpIdHash: Uint8Array,
  { state: { persistent } }: AuthenticatorEnv,
) {
  const { credentialId, key } = persistent.keys.create(properties, rpIdHash);
  if (properties.discoverable) persistent.credentials.put({ ...properties, id: credentialId, rpId: rp.id, user });
  return { credentialId, key };
}
