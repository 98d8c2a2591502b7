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
import { verifyNotEmbedded, verifyOrigin } from './client-data-checks.ts';
import { findEcdsaEncodingProblem } from './ecdsa-encoding.ts';
import { readAlgorithm } from './public-key.ts';
import { canLibraryVerifySignature, findProblemWithLibrary, type SignatureInput } from './simplewebauthn.ts';

export interface AuthenticationExpectations {
  /** Uses up the challenge (base64url). @throws {RefusalError} if it was not issued for this visitor or is not valid any more. */
  redeemChallenge(challenge: string): Promise<unknown>;
  findPasskey(credentialId: string): Promise<Passkey | undefined>;
  origin: string;
  rpId: string;
  userVerification: 'required' | 'preferred' | 'discouraged';
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
  const json = parseAuthenticationResponse(body);
  const clientData = parseClientData(fromBase64url(json.response.clientDataJSON)); // steps 8-9
  if (clientData.type !== 'webauthn.get')
    throw new RefusalError('type-mismatch', `Expected type webauthn.get, got ${clientData.type}`); // step 10
  await expected.redeemChallenge(clientData.challenge); // step 11
  const passkey = await identifyPasskey(json, expected); // steps 5-7
  verifyOrigin(clientData, expected.origin); // step 12
  verifyNotEmbedded(clientData); // steps 13-14
  const authData = fromBase64url(json.response.authenticatorData);
  const { rpIdHash, flags, signCount } = refuseOnViolation('auth-data-invalid', () => parseAuthenticatorData(authData));
  if (!equal(rpIdHash, sha256(expected.rpId))) throw new RefusalError('rp-id-mismatch'); // step 15
  verifyFlags(flags, passkey, expected); // steps 16-19
  await verifySignature(json, passkey); // steps 20-21
  verifyCounter(signCount, passkey); // step 22
  return { accepted: true, passkey, signCount, backedUp: (flags & flag.BS) !== 0 };
}

/** Returns the passkey with this credential id; it must belong to the user whose handle the authenticator returned. */
async function identifyPasskey(
  { id, response }: AuthenticationResponseJson,
  expected: AuthenticationExpectations,
): Promise<Passkey> {
  const passkey = await expected.findPasskey(id);
  if (!passkey) throw new RefusalError('credential-unknown');
  if (response.userHandle !== passkey.userId)
    throw new RefusalError('credential-unknown', 'The user handle is that of another user');
  return passkey;
}

function verifyFlags(
  flags: number,
  { backupEligible }: Passkey,
  { userVerification }: AuthenticationExpectations,
): void {
  if (!(flags & flag.UP)) throw new RefusalError('user-presence-missing');
  if (userVerification === 'required' && !(flags & flag.UV)) throw new RefusalError('user-verification-missing');
  if (flags & flag.BS && !(flags & flag.BE)) throw new RefusalError('backup-state-invalid', 'BS is set, but BE is not');
  if (((flags & flag.BE) !== 0) !== backupEligible)
    throw new RefusalError('backup-state-invalid', 'BE differs from its value at registration');
}

async function verifySignature({ response }: AuthenticationResponseJson, { publicKey }: Passkey): Promise<void> {
  const credentialPublicKey = fromBase64url(publicKey);
  const key = refuseOnViolation('public-key-invalid', () => decode(credentialPublicKey)) as CborMap;
  const clientDataHash = sha256(fromBase64url(response.clientDataJSON));
  const input: SignatureInput = {
    alg: readAlgorithm(key),
    data: concat(fromBase64url(response.authenticatorData), clientDataHash),
    signature: fromBase64url(response.signature),
    credentialPublicKey,
  };
  const problem = findEcdsaEncodingProblem(readAlgorithm(key), input.signature) ?? (await findProblem(key, input));
  if (problem !== undefined) throw new RefusalError('signature-invalid', problem);
}

async function findProblem(key: CborMap, input: SignatureInput): Promise<string | undefined> {
  if (canLibraryVerifySignature(input)) return findProblemWithLibrary(input);
  return verifyWithCoseKey(key, input.data, input.signature) ? undefined : 'The signature does not verify';
}

/** A counter that does not increase can mean that the key was copied. Authenticators without a counter always send 0. */
function verifyCounter(signCount: number, passkey: Passkey): void {
  if ((signCount !== 0 || passkey.signCount !== 0) && signCount <= passkey.signCount)
    throw new RefusalError('counter-went-back', `Expected a counter above ${passkey.signCount}, got ${signCount}`);
}
