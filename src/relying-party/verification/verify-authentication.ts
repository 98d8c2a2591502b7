/**
 * "Verifying an Authentication Assertion", WebAuthn L3 section 7.2, for discoverable credentials: steps 5 to 22. The client data is
 * checked first (steps 8 to 11), so that the challenge is used up also when the passkey is not known.
 * The caller finds the passkey and updates its record (step 24).
 */
import { concat, equal, fromBase64url } from '#base/bytes.ts';
import { flag, parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import type { CborMap } from '#protocol/cbor.ts';
import { decode } from '#protocol/cbor-reader.ts';
import { sha256, verifySignature as verifyWithCoseKey } from '#protocol/crypto.ts';
import { catchRefusal, RefusalError, type Refused } from '../refusals.ts';
import type { Passkey } from '../store/store.ts';
import { refuseOnViolation } from './attestation-object.ts';
import { type AuthenticationResponseJson, parseAuthenticationResponse } from './authentication-response.ts';
import { parseClientData } from './client-data.ts';
import { verifyNotEmbedded, verifyOrigin, verifyType } from './client-data-checks.ts';
import { findEcdsaEncodingProblem } from './ecdsa-encoding.ts';
import { readAlgorithm } from './public-key.ts';
import { createRefuse, type Refuse, type Rule } from './rules.ts';
import { canLibraryVerifySignature, findProblemWithLibrary, type SignatureInput } from './simplewebauthn.ts';

export interface AuthenticationExpectations {
  /** Uses up the challenge (base64url). @throws {RefusalError} if it was not issued for this visitor or is not valid any more. */
  redeemChallenge(challenge: string): Promise<unknown>;
  findPasskey(credentialId: string): Promise<Passkey | undefined>;
  origin: string;
  rpId: string;
  userVerification: 'required' | 'preferred' | 'discouraged';
  /** Rules that this verifier lacks, to prove conformance cases; none by default. */
  lacks?: ReadonlySet<Rule> | undefined;
}

export interface VerifiedAuthentication {
  accepted: true;
  passkey: Passkey;
  signCount: number;
  backedUp: boolean;
}

/** Verifies an untrusted AuthenticationResponseJSON. Invalid input is returned as a refusal, never thrown. */
export const verifyAuthentication = (
  body: unknown,
  expected: AuthenticationExpectations,
): Promise<VerifiedAuthentication | Refused> => catchRefusal(() => verify(body, expected));

async function verify(body: unknown, expected: AuthenticationExpectations): Promise<VerifiedAuthentication> {
  const refuse = createRefuse(expected.lacks);
  const json = parseAuthenticationResponse(body, refuse);
  const clientData = parseClientData(fromBase64url(json.response.clientDataJSON), refuse); // steps 8-9
  verifyType(clientData, 'webauthn.get', refuse); // step 10
  await expected.redeemChallenge(clientData.challenge); // step 11
  const passkey = await identifyPasskey(json, expected, refuse); // steps 5-7
  verifyOrigin(clientData, expected.origin, refuse); // step 12
  verifyNotEmbedded(clientData, refuse); // steps 13-14
  const authData = fromBase64url(json.response.authenticatorData);
  const { rpIdHash, flags, signCount } = refuseOnViolation('auth-data.structure', 'auth-data-invalid', () =>
    parseAuthenticatorData(authData),
  );
  if (!equal(rpIdHash, sha256(expected.rpId))) refuse('auth-data.rp-id-hash', 'rp-id-mismatch'); // step 15
  verifyFlags(flags, passkey, expected, refuse); // steps 16-19
  await verifySignature(json, passkey, refuse); // steps 20-21
  verifyCounter(signCount, passkey, refuse); // step 22
  return { accepted: true, passkey, signCount, backedUp: (flags & flag.BS) !== 0 };
}

/** Returns the passkey with this credential id; it must belong to the user whose handle the authenticator returned. */
async function identifyPasskey(
  { id, response }: AuthenticationResponseJson,
  expected: AuthenticationExpectations,
  refuse: Refuse,
): Promise<Passkey> {
  const passkey = await expected.findPasskey(id);
  if (!passkey) throw new RefusalError('credential-unknown', '', { rule: 'assertion.credential' });
  if (response.userHandle !== passkey.userId)
    refuse('assertion.user-handle', 'credential-unknown', 'The user handle is that of another user');
  return passkey;
}

function verifyFlags(
  flags: number,
  { backupEligible }: Passkey,
  { userVerification }: AuthenticationExpectations,
  refuse: Refuse,
): void {
  if (!(flags & flag.UP)) refuse('flags.user-present', 'user-presence-missing');
  if (userVerification === 'required' && !(flags & flag.UV)) refuse('flags.user-verified', 'user-verification-missing');
  if (flags & flag.BS && !(flags & flag.BE))
    refuse('flags.backup-state', 'backup-state-invalid', 'BS is set, but BE is not');
  if (((flags & flag.BE) !== 0) !== backupEligible)
    refuse('assertion.backup-eligibility', 'backup-state-invalid', 'BE differs from its value at registration');
}

async function verifySignature(
  { response }: AuthenticationResponseJson,
  { publicKey }: Passkey,
  refuse: Refuse,
): Promise<void> {
  const credentialPublicKey = fromBase64url(publicKey);
  const key = refuseOnViolation('key.members', 'public-key-invalid', () => decode(credentialPublicKey)) as CborMap;
  const clientDataHash = sha256(fromBase64url(response.clientDataJSON));
  const input: SignatureInput = {
    alg: readAlgorithm(key),
    data: concat(fromBase64url(response.authenticatorData), clientDataHash),
    signature: fromBase64url(response.signature),
    credentialPublicKey,
  };
  const encodingProblem = findEcdsaEncodingProblem(readAlgorithm(key), input.signature);
  if (encodingProblem !== undefined) refuse('statement.ecdsa-encoding', 'signature-invalid', encodingProblem);
  const problem = await findProblem(key, input);
  if (problem !== undefined) refuse('assertion.signature', 'signature-invalid', problem);
}

async function findProblem(key: CborMap, input: SignatureInput): Promise<string | undefined> {
  if (canLibraryVerifySignature(input)) return findProblemWithLibrary(input);
  return verifyWithCoseKey(key, input.data, input.signature) ? undefined : 'The signature does not verify';
}

/** A counter that does not increase can mean that the key was copied. Authenticators without a counter always send 0. */
function verifyCounter(signCount: number, passkey: Passkey, refuse: Refuse): void {
  if ((signCount !== 0 || passkey.signCount !== 0) && signCount <= passkey.signCount)
    refuse('assertion.counter', 'counter-went-back', `Expected a counter above ${passkey.signCount}, got ${signCount}`);
}
