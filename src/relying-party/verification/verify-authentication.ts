/**
 * "Verifying an Authentication Assertion", WebAuthn L3 section 7.2, for discoverable credentials: steps 5 to 22 in the spec's order.
 * Finding the passkey is the caller's; updating its record (step 24) too.
 */

import { concat, equal, fromBase64url } from '#base/bytes.ts';
import { flag, parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import type { CborMap } from '#protocol/cbor.ts';
import { decode } from '#protocol/cbor-reader.ts';
import { sha256, verifySignature as verifyUnderCose } from '#protocol/crypto.ts';
import { Refusal, type Refused, refusable } from '../refusals.ts';
import type { Passkey } from '../store/store.ts';
import { violationsAs } from './attestation-object.ts';
import { type AuthenticationResponseJson, parseAuthenticationResponse } from './authentication-response.ts';
import { type ClientData, parseClientData } from './client-data.ts';
import { verifyNotEmbedded, verifyOrigin } from './client-data-checks.ts';
import { ecdsaEncodingProblem } from './ecdsa-encoding.ts';
import { algorithmOf } from './public-key.ts';
import { assertionRefusal, libraryVerifiesAssertions } from './simplewebauthn.ts';

export interface AuthenticationExpectations {
  /** @throws {Refusal} when the challenge (base64url) is not ours to accept. */
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

/** Verifies an AuthenticationResponseJSON of any origin; bad input is refused, never thrown. */
export const verifyAuthentication = (
  body: unknown,
  expected: AuthenticationExpectations,
): Promise<VerifiedAuthentication | Refused> => refusable(() => verify(body, expected));

async function verify(body: unknown, expected: AuthenticationExpectations): Promise<VerifiedAuthentication> {
  const json = parseAuthenticationResponse(body);
  const clientData = parseClientData(fromBase64url(json.response.clientDataJSON)); // steps 8-9
  if (clientData.type !== 'webauthn.get') throw new Refusal('type-mismatch', `type is ${clientData.type}`); // step 10
  await expected.redeemChallenge(clientData.challenge); // step 11
  const passkey = await identify(json, expected); // steps 5-7
  verifyOrigin(clientData, expected.origin); // step 12
  verifyNotEmbedded(clientData); // steps 13-14
  const authData = fromBase64url(json.response.authenticatorData);
  const { rpIdHash, flags, signCount } = violationsAs('auth-data-invalid', () => parseAuthenticatorData(authData));
  if (!equal(rpIdHash, sha256(expected.rpId))) throw new Refusal('rp-id-mismatch'); // step 15
  verifyFlags(flags, passkey, expected); // steps 16-19
  await verifySignature(json, clientData, passkey, expected); // steps 20-21
  verifyCounter(signCount, passkey); // step 22
  return { accepted: true, passkey, signCount, backedUp: (flags & flag.BS) !== 0 };
}

/** The credential is known and belongs to the user whose handle the authenticator returned. */
async function identify(
  { id, response }: AuthenticationResponseJson,
  expected: AuthenticationExpectations,
): Promise<Passkey> {
  const passkey = await expected.findPasskey(id);
  if (!passkey) throw new Refusal('credential-unknown');
  if (response.userHandle !== passkey.userId)
    throw new Refusal('credential-unknown', 'the user handle is another one’s');
  return passkey;
}

function verifyFlags(
  flags: number,
  { backupEligible }: Passkey,
  { userVerification }: AuthenticationExpectations,
): void {
  if (!(flags & flag.UP)) throw new Refusal('user-presence-missing');
  if (userVerification === 'required' && !(flags & flag.UV)) throw new Refusal('user-verification-missing');
  if (flags & flag.BS && !(flags & flag.BE)) throw new Refusal('backup-state-invalid', 'BS without BE');
  if (((flags & flag.BE) !== 0) !== backupEligible)
    throw new Refusal('backup-state-invalid', 'BE differs from registration');
}

async function verifySignature(
  response: AuthenticationResponseJson,
  { challenge }: ClientData,
  { credentialId, publicKey }: Passkey,
  { origin, rpId }: AuthenticationExpectations,
): Promise<void> {
  const key = violationsAs('public-key-invalid', () => decode(fromBase64url(publicKey))) as CborMap;
  const { authenticatorData, clientDataJSON, signature } = response.response;
  const misencoded = ecdsaEncodingProblem(algorithmOf(key), fromBase64url(signature));
  if (misencoded !== undefined) throw new Refusal('signature-invalid', misencoded);
  if (!libraryVerifiesAssertions(algorithmOf(key))) {
    const signed = concat(fromBase64url(authenticatorData), sha256(fromBase64url(clientDataJSON)));
    if (verifyUnderCose(key, signed, fromBase64url(signature))) return;
    throw new Refusal('signature-invalid', 'the signature does not verify');
  }
  const problem = await assertionRefusal({
    response,
    challenge,
    origin,
    rpId,
    credentialId,
    publicKey: fromBase64url(publicKey),
  });
  if (problem !== undefined) throw new Refusal('signature-invalid', problem);
}

/** A counter that does not grow hints at a copy; authenticators without one always say 0. */
function verifyCounter(signCount: number, passkey: Passkey): void {
  if ((signCount !== 0 || passkey.signCount !== 0) && signCount <= passkey.signCount)
    throw new Refusal('counter-went-back', `counter is ${signCount}, was ${passkey.signCount}`);
}
