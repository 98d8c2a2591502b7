/** authenticatorGetAssertion (0x02), CTAP 2.1 section 6.2: the order of the checks, and the choice of the credential. */
import { concat } from '#base/bytes.ts';
import type { CborMap } from '#protocol/cbor.ts';
import { type CommandRequest, commands, permissions } from '#protocol/commands.ts';
import { sha256 } from '#protocol/crypto.ts';
import { CtapError } from '#protocol/errors.ts';
import { buildAuthenticatorData } from '../attestation/attest.ts';
import type { Credential } from '../credential-store.ts';
import type { AuthenticatorEnv } from '../env.ts';
import { runGetAssertionExtensions } from '../extensions/registry.ts';
import type { Channel } from '../session.ts';
import type { UserEvidence } from '../user-evidence.ts';
import type { CtapCommand } from './command.ts';
import { findCredential } from './credentials.ts';
import {
  answerZeroLengthPinUvAuthParam,
  applyAlwaysUv,
  chooseProtocol,
  ensurePresence,
  resolveUvOption,
  verifyUser,
} from './user-verification.ts';

type GetAssertionRequest = CommandRequest<'authenticatorGetAssertion'>;
type Credentials = [Credential, ...Credential[]];

interface Options {
  up: boolean;
  uv: boolean;
}

/** What the responses for all credentials of one request have in common. */
interface Assertion {
  request: GetAssertionRequest;
  rpIdHash: Uint8Array;
  user: UserEvidence;
  hasSeveralCredentials: boolean;
}

export const getAssertion: CtapCommand = {
  async execute(parameters, session, env) {
    const request = commands.authenticatorGetAssertion.request.parse(parameters ?? new Map());
    await answerZeroLengthPinUvAuthParam(request, session, env); // step 1
    const protocol = chooseProtocol(request, env); // step 2
    const options = resolveOptions(request, env); // steps 4 and 5
    const { rpId, clientDataHash, pinUvAuthParam } = request;
    const verification = { uv: options.uv, protocol, pinUvAuthParam, clientDataHash, rpId, permission: permissions.ga };
    const user = await verifyUser(verification, session, env); // step 6
    const rpIdHash = sha256(rpId);
    const credentials = locateCredentials(request, rpIdHash, user, env); // step 7
    if (options.up)
      await ensurePresence(user, rpId, session, env); // steps 8 and 9
    else user.present = false;
    const assertion = { request, rpIdHash, user, hasSeveralCredentials: credentials.length > 1 };
    return answerWithFirst(credentials, assertion, session.channel, env); // steps 10 to 13
  },
};

/** Steps 4 and 5: `rk` is not allowed; alwaysUv does not apply to a request without user presence (up: false). */
function resolveOptions(request: GetAssertionRequest, env: AuthenticatorEnv): Options {
  const uv = resolveUvOption(request, env);
  if (request.options?.rk !== undefined) throw new CtapError('CTAP2_ERR_UNSUPPORTED_OPTION', 'rk');
  const up = request.options?.up ?? true;
  return { up, uv: up ? applyAlwaysUv(uv, request, env) : uv };
}

/** Step 7: returns the credentials that can answer, the newest first. An empty allowList is treated as none. */
function locateCredentials(
  { allowList = [], rpId }: GetAssertionRequest,
  rpIdHash: Uint8Array,
  user: UserEvidence,
  env: AuthenticatorEnv,
): Credentials {
  if (allowList.length > env.persona.maxCredentialCountInList)
    throw new CtapError('CTAP2_ERR_LIMIT_EXCEEDED', 'allowList');
  const isListed = allowList.length > 0;
  const candidates = isListed
    ? findListed(allowList, rpId, rpIdHash, env)
    : env.state.persistent.credentials.ofRelyingParty(rpId);
  const { newestCredentialFirst, enforceCredProtect } = env.faultHooks.rules;
  if (!newestCredentialFirst) candidates.reverse();
  const maxUnverified = isListed ? 2 : 1; // the highest credProtect that needs no user verification
  const isAnyUsable = user.verified || !enforceCredProtect;
  const [first, ...others] = candidates.filter(({ credProtect }) => isAnyUsable || credProtect <= maxUnverified);
  if (!first) throw new CtapError('CTAP2_ERR_NO_CREDENTIALS');
  return isListed ? [first] : [first, ...others];
}

function findListed(
  allowList: NonNullable<GetAssertionRequest['allowList']>,
  rpId: string,
  rpIdHash: Uint8Array,
  env: AuthenticatorEnv,
): Credential[] {
  const found: Credential[] = [];
  for (const { id, type } of allowList) {
    const credential = type === 'public-key' ? findCredential(id, rpId, rpIdHash, env) : undefined;
    if (credential) found.push(credential);
  }
  return found;
}

/** Steps 11 and 12: without a display the platform chooses; it gets the other accounts with getNextAssertion. */
function answerWithFirst(
  [first, ...remaining]: Credentials,
  assertion: Assertion,
  channel: Channel,
  env: AuthenticatorEnv,
): CborMap {
  if (!assertion.hasSeveralCredentials) return createResponse(first, assertion, env);
  const response = createResponse(first, assertion, env, 1 + remaining.length);
  const answer = (credential: Credential) => createResponse(credential, assertion, env);
  const { revision } = env.state.persistent.credentials;
  env.state.volatile.assertions.set(channel, { remaining, revision, lastAnsweredAt: env.clock.monotonic(), answer });
  return response;
}

/** Steps 10 and 13: runs the extensions and signs authData || clientDataHash. */
function createResponse(
  credential: Credential,
  { request, rpIdHash, user, hasSeveralCredentials }: Assertion,
  env: AuthenticatorEnv,
  numberOfCredentials?: number,
): CborMap {
  const extensions = runGetAssertionExtensions(request.extensions, { credential, user }, env);
  const authData = buildAuthenticatorData({ rpIdHash, extensions: extensions.signed }, user, env);
  const key = env.state.persistent.keys.signingKey(credential.id, credential.algorithm);
  const signed = concat(authData, env.faultHooks.clientDataHash(request.clientDataHash));
  const withNames = (hasSeveralCredentials && user.verified) || !env.faultHooks.rules.hideNamesWithoutVerification;
  return commands.authenticatorGetAssertion.response.encode({
    credential: { id: credential.id, type: 'public-key' },
    authData,
    signature: env.faultHooks.signature(key.sign(signed)),
    user: userEntityOf(credential, withNames),
    numberOfCredentials,
    largeBlobKey: extensions.largeBlobKey,
    unsignedExtensionOutputs: extensions.unsigned,
  });
}

/** Step 13: the names are only for a verified user who has to choose between accounts. */
function userEntityOf({ user }: Credential, withNames: boolean) {
  return user && (withNames ? user : { id: user.id });
}
