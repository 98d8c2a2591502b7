/**
 * authenticatorMakeCredential (0x01), CTAP 2.1 section 6.1.
 *
 * Owns the order of the checks. PIN/UV state, gestures, extensions, keys and attestation have rooms of their own; the
 * functions below are the spec's steps, and each may end the command with a CtapError.
 */

import { type CommandRequest, commands, permissions } from '#protocol/commands.ts';
import { algorithmName, type CoseAlgorithm } from '#protocol/cose.ts';
import { sha256 } from '#protocol/crypto.ts';
import { CtapError } from '#protocol/errors.ts';
import { attest } from '../attestation/attest.ts';
import { chooseAttestation, isEnterpriseAttestation } from '../attestation/choose.ts';
import type { CredentialExtras } from '../credential-store.ts';
import type { AuthenticatorEnv } from '../env.ts';
import { extensionsAtMakeCredential } from '../extensions/registry.ts';
import type { CredentialProperties } from '../keys.ts';
import type { Session } from '../session.ts';
import type { CtapCommand } from './command.ts';
import { credentialStoreChanged, findCredential } from './credentials.ts';
import {
  answerZeroLengthPinUvAuthParam,
  applyAlwaysUv,
  chooseProtocol,
  ensurePresence,
  isProtected,
  resolveUvOption,
  type UserEvidence,
  verificationRequired,
  verifyBuiltIn,
} from './user-verification.ts';

type MakeCredentialRequest = CommandRequest<'authenticatorMakeCredential'>;

interface Options {
  rk: boolean;
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
    const enterprise = isEnterpriseAttestation(request.enterpriseAttestation, request.rp.id, env); // step 9
    const user = await verifyUser(request, options, protocol, session, env); // step 11
    const rpIdHash = sha256(request.rp.id);
    await refuseExcluded(request, rpIdHash, user, session, env); // step 12
    await ensurePresence(user, request.rp.id, session, env); // steps 13 and 14
    const discoverable = options.rk;
    const { properties, outputsFor } = extensionsAtMakeCredential(request, { discoverable, user }, env); // step 15
    const credential = createCredential(request, { algorithm, discoverable, ...properties }, rpIdHash, env);
    const extensions = outputsFor(credential.credentialId);
    if (discoverable) credentialStoreChanged(env);
    const { clientDataHash } = request;
    const attestation = enterprise ? 'packed-enterprise' : chooseAttestation(request, algorithm, env.persona);
    return attest({ clientDataHash, rpIdHash, user, credential, extensions, attestation }, env); // step 19
  },
};

/** Step 3: the first algorithm of the request that this authenticator has. */
function chooseAlgorithm({ pubKeyCredParams }: MakeCredentialRequest, { persona }: AuthenticatorEnv): CoseAlgorithm {
  for (const { type, alg } of pubKeyCredParams) {
    const name = type === 'public-key' ? algorithmName(alg) : undefined;
    if (name && persona.algorithms.includes(name)) return name;
  }
  throw new CtapError('CTAP2_ERR_UNSUPPORTED_ALGORITHM', pubKeyCredParams.map(({ alg }) => alg).join(', '));
}

/** Steps 5 and 6: unknown options are treated as absent. */
function resolveOptions(request: MakeCredentialRequest, env: AuthenticatorEnv): Options {
  const uv = resolveUvOption(request, env);
  const rk = request.options?.rk === true;
  if (rk && !env.persona.options.rk) throw new CtapError('CTAP2_ERR_UNSUPPORTED_OPTION', 'rk');
  if (request.options?.up === false) throw new CtapError('CTAP2_ERR_INVALID_OPTION', 'up');
  return { rk, uv: applyAlwaysUv(uv, request, env) };
}

/** Steps 7, 8 and 10: only makeCredUvNotRqd lets an unverified user of a protected authenticator through, and without rk. */
function refuseWithoutVerification({ pinUvAuthParam }: MakeCredentialRequest, options: Options, env: AuthenticatorEnv) {
  if (pinUvAuthParam || options.uv || !isProtected(env) || !env.misbehaviour.rules.verificationMatters) return;
  const { makeCredUvNotRqd = false } = env.persona.options;
  if (options.rk || !makeCredUvNotRqd || env.state.persistent.alwaysUv) throw verificationRequired(env);
}

/** Step 11: by token, by the authenticator itself, or not at all. */
async function verifyUser(
  { pinUvAuthParam, clientDataHash, rp }: MakeCredentialRequest,
  { uv }: Options,
  protocol: ReturnType<typeof chooseProtocol>,
  session: Session,
  env: AuthenticatorEnv,
): Promise<UserEvidence> {
  if (protocol && pinUvAuthParam && isProtected(env)) {
    const wanted = { permission: permissions.mc, rpId: rp.id };
    const token = env.pinUvAuth.verifyToken(protocol, clientDataHash, pinUvAuthParam, wanted);
    return { verified: true, present: false, token };
  }
  return uv ? await verifyBuiltIn(rp.id, session, env) : { verified: false, present: false };
}

/** Step 12: tells that a credential exists only after a gesture, and for a protected one only to a verified user. */
async function refuseExcluded(
  { excludeList = [], rp }: MakeCredentialRequest,
  rpIdHash: Uint8Array,
  user: UserEvidence,
  session: Session,
  env: AuthenticatorEnv,
) {
  if (excludeList.length > env.persona.maxCredentialCountInList)
    throw new CtapError('CTAP2_ERR_LIMIT_EXCEEDED', 'excludeList');
  const excluded = excludeList.some(({ id, type }) => {
    const credential = type === 'public-key' ? findCredential(id, rp.id, rpIdHash, env) : undefined;
    return credential && (credential.credProtect < 3 || user.verified);
  });
  if (!excluded) return;
  try {
    await ensurePresence(user, rp.id, session, env);
  } catch (error) {
    const answered = error instanceof CtapError && error.status !== 'CTAP2_ERR_KEEPALIVE_CANCEL';
    if (!answered) throw error; // a wait that was denied or timed out still ends with the same status
  }
  throw new CtapError('CTAP2_ERR_CREDENTIAL_EXCLUDED');
}

/** Steps 16 to 18: the key pair, and the account that a discoverable credential is stored with. */
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
