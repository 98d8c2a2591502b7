/**
 * "Registering a New Credential", WebAuthn L3 section 7.1: the 29 steps as small functions in the spec's order.
 * Steps 1-2 are the page's, 26-27 and 29 the relying party's (they need the store). Policy beyond the spec is `policy.ts`.
 */

import { equal, formatAaguid, fromBase64url, toBase64url } from '#base/bytes.ts';
import { flag } from '#protocol/authenticator-data.ts';
import { sha256 } from '#protocol/crypto.ts';
import { Refusal, type Refused, refusable } from '../refusals.ts';
import type { AttestationRecord, VerifiedCredential } from '../store/store.ts';
import { type AttestationObject, parseAttestationObject, violationsAs } from './attestation-object.ts';
import { isKnownFormat, type StatementFacts, verifyStatements } from './attestation-statement.ts';
import type { Certificate } from './certificate.ts';
import { validatePath } from './certificate-path.ts';
import { type ClientData, parseClientData } from './client-data.ts';
import { verifyNotEmbedded, verifyOrigin } from './client-data-checks.ts';
import { claimedKind } from './passkey-kind.ts';
import { algorithmOf, credentialSpki } from './public-key.ts';
import { parseRegistrationResponse, type RegistrationResponse } from './registration-response.ts';
import { libraryVerifies, statementRefusal } from './simplewebauthn.ts';

/** What the relying party asked for and expects back. */
export interface RegistrationExpectations {
  /** Judges the challenge (base64url) that came back; returns the algorithms that were asked for with it. @throws {Refusal} */
  redeemChallenge(challenge: string): Promise<{ algorithms: number[] }>;
  origin: string;
  rpId: string;
  userVerification: 'required' | 'preferred' | 'discouraged';
  attestation: 'enforced' | 'requested' | 'ignored';
  /** Roots whose attestation is trusted. */
  trustAnchors: readonly Certificate[];
  /** Milliseconds since the epoch, for certificate dates. */
  now: number;
}

export interface VerifiedRegistration {
  accepted: true;
  credential: VerifiedCredential;
}

/** Verifies a RegistrationResponseJSON of any origin; bad input is refused, never thrown. */
export const verifyRegistration = (
  body: unknown,
  expected: RegistrationExpectations,
): Promise<VerifiedRegistration | Refused> => refusable(() => verify(body, expected));

async function verify(body: unknown, expected: RegistrationExpectations): Promise<VerifiedRegistration> {
  const response = parseRegistrationResponse(body); // steps 3-4
  const clientData = parseClientData(response.clientDataJson); // steps 5-6
  verifyType(clientData); // step 7
  const { algorithms } = await expected.redeemChallenge(clientData.challenge); // step 8
  verifyOrigin(clientData, expected.origin); // step 9
  verifyNotEmbedded(clientData); // steps 10-11
  const object = parseAttestationObject(response.attestationObject); // steps 12-13
  verifyRpIdHash(object, expected); // step 14
  verifyUserPresence(object); // step 15
  verifyUserVerification(object, expected); // step 16
  verifyBackupFlags(object); // steps 17-19
  verifyAlgorithm(object, algorithms); // step 20
  verifyFormat(object); // step 21
  const facts = await verifyStatement(object, response, clientData, algorithms, expected); // step 22
  const chain = assessTrust(facts, expected); // steps 23-24
  verifyCredentialId(object, response); // step 25
  return {
    accepted: true,
    credential: credentialRecord(object, response, { fmt: object.fmt, type: facts.type, chain }),
  };
}

function verifyType({ type }: ClientData): void {
  if (type !== 'webauthn.create') throw new Refusal('type-mismatch', `type is ${type}`);
}

function verifyRpIdHash({ parsed }: AttestationObject, { rpId }: RegistrationExpectations): void {
  if (!equal(parsed.rpIdHash, sha256(rpId))) throw new Refusal('rp-id-mismatch', `rpIdHash is not that of ${rpId}`);
}

function verifyUserPresence({ parsed }: AttestationObject): void {
  if (!(parsed.flags & flag.UP)) throw new Refusal('user-presence-missing');
}

function verifyUserVerification({ parsed }: AttestationObject, { userVerification }: RegistrationExpectations): void {
  if (userVerification === 'required' && !(parsed.flags & flag.UV)) throw new Refusal('user-verification-missing');
}

function verifyBackupFlags({ parsed }: AttestationObject): void {
  if (parsed.flags & flag.BS && !(parsed.flags & flag.BE)) throw new Refusal('backup-state-invalid', 'BS without BE');
}

function verifyAlgorithm({ parsed }: AttestationObject, algorithms: readonly number[]): void {
  const alg = algorithmOf(parsed.credentialPublicKey);
  if (!algorithms.includes(alg))
    throw new Refusal('algorithm-not-allowed', `alg is ${alg}, asked for ${algorithms.join(', ')}`);
  credentialSpki(parsed.credentialPublicKey);
}

function verifyFormat(object: AttestationObject): void {
  const { fmt } = object;
  if (!isKnownFormat(object)) throw new Refusal('attestation-format-unknown', `fmt is ${fmt.slice(0, 32)}`);
}

/** By our own rules, and by the library's where it knows format and algorithm: a statement must pass both. */
async function verifyStatement(
  object: AttestationObject,
  { json, clientDataJson }: RegistrationResponse,
  { challenge }: ClientData,
  algorithms: number[],
  { origin, rpId, now }: RegistrationExpectations,
): Promise<StatementFacts> {
  const facts = verifyStatements(object, sha256(clientDataJson), now);
  if (!libraryVerifies(object.fmt, algorithmOf(object.parsed.credentialPublicKey))) return facts;
  const problem = await statementRefusal({ response: json, challenge, origin, rpId, algorithms });
  if (problem !== undefined) throw new Refusal('attestation-invalid', problem);
  return facts;
}

/** An untrusted or missing chain is refused only where attestation is enforced; otherwise it is recorded. */
function assessTrust({ chains, type }: StatementFacts, expected: RegistrationExpectations): AttestationRecord['chain'] {
  if (chains.length === 0) {
    if (expected.attestation === 'enforced') throw new Refusal('attestation-required', `attestation type is ${type}`);
    return 'none';
  }
  for (const chain of chains) {
    const verdict = violationsAs('attestation-invalid', () => validatePath(chain, expected.trustAnchors, expected.now));
    if (verdict.trusted) continue;
    if (expected.attestation === 'enforced') throw new Refusal('attestation-untrusted', verdict.why);
    return 'untrusted';
  }
  return 'trusted';
}

/** At most 1023 bytes was checked while reading; nothing shorter than 16 can be unguessable (section 4, Credential ID). */
function verifyCredentialId({ parsed }: AttestationObject, { json }: RegistrationResponse): void {
  const { credentialId } = parsed.attestedCredentialData;
  if (credentialId.length < 16)
    throw new Refusal('credential-id-invalid', `it has ${credentialId.length} bytes, at least 16 are needed`);
  if (!equal(fromBase64url(json.id), credentialId))
    throw new Refusal('credential-id-invalid', 'id differs from the authenticator’s');
}

function credentialRecord(
  { parsed }: AttestationObject,
  response: RegistrationResponse,
  attestation: AttestationRecord,
): VerifiedCredential {
  const { aaguid, credentialId, credentialPublicKey } = parsed.attestedCredentialData;
  const backupEligible = (parsed.flags & flag.BE) !== 0;
  return {
    credentialId: toBase64url(credentialId),
    publicKey: toBase64url(credentialPublicKey),
    algorithm: algorithmOf(parsed.credentialPublicKey),
    signCount: parsed.signCount,
    aaguid: formatAaguid(aaguid),
    attestation,
    kind: claimedKind(response, backupEligible),
    transports: response.transports,
    userVerified: (parsed.flags & flag.UV) !== 0,
    backupEligible,
    backedUp: (parsed.flags & flag.BS) !== 0,
    discoverable: response.discoverable,
  };
}
