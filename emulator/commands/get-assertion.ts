/** authenticatorGetAssertion (0x02), CTAP 2.1 section 6.2: the order of the checks, and which credential answers. */
import { concat } from '#base/bytes.ts';
import type { CborMap } from '#protocol/cbor.ts';
import { type CommandRequest, commands, permissions } from '#protocol/commands.ts';
import { sha256 } from '#protocol/crypto.ts';
import { CtapError } from '#protocol/errors.ts';
import { authenticatorData } from '../attestation/attest.ts';
import type { Credential } from '../credential-store.ts';
import type { AuthenticatorEnv } from '../env.ts';
import { extensionsAtGetAssertion } from '../extensions/registry.ts';
import type { Session } from '../session.ts';
import type { CtapCommand } from './command.ts';
import { findCredential } from './credentials.ts';
import {
  answerZeroLengthPinUvAuthParam,
  applyAlwaysUv,
  chooseProtocol,
  ensurePresence,
  isProtected,
  resolveUvOption,
  type UserEvidence,
  verifyBuiltIn,
} from './user-verification.ts';

type GetAssertionRequest = CommandRequest<'authenticatorGetAssertion'>;

interface Options {
  up: boolean;
  uv: boolean;
}

export const getAssertion: CtapCommand = {
  async execute(parameters, session, env) {
    const request = commands.authenticatorGetAssertion.request.parse(parameters ?? new Map());
    await answerZeroLengthPinUvAuthParam(request, session, env); // step 1
    const protocol = chooseProtocol(request, env); // step 2
    const options = resolveOptions(request, env); // steps 4 and 5
    const user = await verifyUser(request, options, protocol, session, env); // step 6
    const rpIdHash = sha256(request.rpId);
    const credentials = locateCredentials(request, rpIdHash, user, env); // step 7
    if (options.up)
      await ensurePresence(user, request.rpId, session, env); // steps 8 and 9
    else user.present = false;
    return answerWithFirst(credentials, request, rpIdHash, user, env); // steps 10 to 13
  },
};

/** Steps 4 and 5: `rk` has no meaning here; alwaysUv does not concern a silent probe (up: false). */
function resolveOptions(request: GetAssertionRequest, env: AuthenticatorEnv): Options {
  const uv = resolveUvOption(request, env);
  if (request.options?.rk !== undefined) throw new CtapError('CTAP2_ERR_UNSUPPORTED_OPTION', 'rk');
  const up = request.options?.up ?? true;
  return { up, uv: up ? applyAlwaysUv(uv, request, env) : uv };
}

/** Step 6. */
async function verifyUser(
  { pinUvAuthParam, clientDataHash, rpId }: GetAssertionRequest,
  { uv }: Options,
  protocol: ReturnType<typeof chooseProtocol>,
  session: Session,
  env: AuthenticatorEnv,
): Promise<UserEvidence> {
  if (protocol && pinUvAuthParam && isProtected(env)) {
    const wanted = { permission: permissions.ga, rpId };
    const token = env.pinUvAuth.verifyToken(protocol, clientDataHash, pinUvAuthParam, wanted);
    return { verified: true, present: false, token };
  }
  return uv ? await verifyBuiltIn(rpId, session, env) : { verified: false, present: false };
}

/** Step 7: the credentials that may answer, the newest first. An empty allowList counts as none. */
function locateCredentials(
  { allowList = [], rpId }: GetAssertionRequest,
  rpIdHash: Uint8Array,
  user: UserEvidence,
  env: AuthenticatorEnv,
): Credential[] {
  if (allowList.length > env.persona.maxCredentialCountInList)
    throw new CtapError('CTAP2_ERR_LIMIT_EXCEEDED', 'allowList');
  const listed = allowList.length > 0;
  const candidates = listed
    ? findListed(allowList, rpId, rpIdHash, env)
    : env.state.persistent.credentials.ofRelyingParty(rpId);
  if (!env.misbehaviour.rules.newestCredentialFirst) candidates.reverse();
  const strictest = listed ? 2 : 1; // the highest credProtect that an unverified user may use
  const unprotected = user.verified || !env.misbehaviour.rules.credentialProtectionMatters;
  const usable = candidates.filter(({ credProtect }) => unprotected || credProtect <= strictest);
  if (usable.length === 0) throw new CtapError('CTAP2_ERR_NO_CREDENTIALS');
  return listed ? usable.slice(0, 1) : usable;
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

/** Steps 11 and 12: without a display the platform chooses; it fetches the other accounts with getNextAssertion. */
function answerWithFirst(
  credentials: readonly Credential[],
  request: GetAssertionRequest,
  rpIdHash: Uint8Array,
  user: UserEvidence,
  env: AuthenticatorEnv,
): CborMap {
  const assertion: Assertion = { request, rpIdHash, user, several: credentials.length > 1 };
  const response = assert(credentials[0]!, assertion, env, assertion.several ? credentials.length : undefined);
  if (assertion.several) {
    const answer = (credential: Credential) => assert(credential, assertion, env);
    env.state.volatile.assertions = { rest: credentials.slice(1), lastAt: env.clock.monotonic(), answer };
  }
  return response;
}

interface Assertion {
  request: GetAssertionRequest;
  rpIdHash: Uint8Array;
  user: UserEvidence;
  several: boolean;
}

/** Steps 10 and 13: extensions, then the signature over authData || clientDataHash. */
function assert(
  credential: Credential,
  { request, rpIdHash, user, several }: Assertion,
  env: AuthenticatorEnv,
  numberOfCredentials?: number,
): CborMap {
  const extensions = extensionsAtGetAssertion(request.extensions, { credential, user }, env);
  const authData = authenticatorData({ rpIdHash, extensions: extensions.signed }, user, env);
  const key = env.state.persistent.keys.signingKey(credential.id, credential.algorithm);
  const signed = concat(authData, env.misbehaviour.clientDataHash(request.clientDataHash));
  return commands.authenticatorGetAssertion.response.encode({
    credential: { id: credential.id, type: 'public-key' },
    authData,
    signature: env.misbehaviour.signature(key.sign(signed)),
    user: userOf(credential, (several && user.verified) || !env.misbehaviour.rules.namesNeedVerification),
    numberOfCredentials,
    largeBlobKey: extensions.largeBlobKey,
    unsignedExtensionOutputs: extensions.unsigned,
  });
}

/** Names are told only to a verified user who has to choose among accounts. */
function userOf({ user }: Credential, named: boolean) {
  return user && (named ? user : { id: user.id });
}
