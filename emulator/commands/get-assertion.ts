/** authenticatorGetAssertion (0x02), CTAP 2.1 section 6.2: signs an assertion that the user has authorized. */
import { concat } from '#base/bytes.ts';
import type { CborMap } from '#protocol/cbor.ts';
import { commands } from '#protocol/commands.ts';
import { sha256 } from '#protocol/crypto.ts';
import { signWithConstantNonce } from '#protocol/deterministic-ecdsa.ts';
import type { SigningKey } from '#protocol/keys/signing-key.ts';
import { buildAuthenticatorData } from '../attestation/attest.ts';
import type { Credential } from '../credential-store.ts';
import { type CredentialSteps, rulesOf } from '../ctap-versions.ts';
import type { AuthenticatorEnv } from '../env.ts';
import { runGetAssertionExtensions } from '../extensions/registry.ts';
import type { Channel } from '../session.ts';
import type { UserEvidence } from '../user-evidence.ts';
import type { Credentials, GetAssertionRequest } from './assertion.ts';
import { authorizeAssertion } from './authorize-assertion.ts';
import type { CtapCommand } from './command.ts';
import { authorizeAssertionCtap20 } from './ctap20-steps.ts';
import { answerZeroLengthPinUvAuthParam } from './user-verification.ts';

/** What the responses for all credentials of one request have in common. */
interface Assertion {
  request: GetAssertionRequest;
  rpIdHash: Uint8Array;
  user: UserEvidence;
  hasSeveralCredentials: boolean;
}

const authorize: Record<CredentialSteps, typeof authorizeAssertion> = {
  'CTAP 2.0': authorizeAssertionCtap20,
  'CTAP 2.1': authorizeAssertion,
};

export const getAssertion: CtapCommand = {
  async execute(parameters, session, env) {
    const request = commands.authenticatorGetAssertion.request.parse(parameters === undefined ? new Map() : parameters);
    await answerZeroLengthPinUvAuthParam(request, session, env); // step 1
    const rpIdHash = sha256(request.rpId);
    const { credentialSteps } = rulesOf(env.persona);
    const { credentials, user } = await authorize[credentialSteps](request, rpIdHash, session, env); // steps 2 to 9
    const assertion = { request, rpIdHash, user, hasSeveralCredentials: credentials.length > 1 };
    return answerWithFirst(credentials, assertion, session.channel, env); // steps 10 to 13
  },
};

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
    signature: env.faultHooks.signature(sign(key, signed, env)),
    user: userEntityOf(credential, withNames),
    numberOfCredentials,
    largeBlobKey: extensions.largeBlobKey,
    unsignedExtensionOutputs: extensions.unsigned,
  });
}

function sign(key: SigningKey, data: Uint8Array, { faultHooks: { rules } }: AuthenticatorEnv): Uint8Array {
  if (rules.renewSignatureNonces || key.algorithm !== 'ES256') return key.sign(data);
  return signWithConstantNonce(sha256(data), key.secret());
}

/** Step 13: the names are only for a verified user who has to choose between accounts. */
function userEntityOf({ user }: Credential, withNames: boolean) {
  return user && (withNames ? user : { id: user.id });
}
