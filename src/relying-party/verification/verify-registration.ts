/**
 * "Registering a New Credential", WebAuthn L3 section 7.1: steps 3 to 25 as small functions in the spec's order.
 * The page does steps 1 and 2; `registration.ts` and `passkey-naming.ts` do steps 26, 27 and 29, which need the store.
 * Rules of the organisation beyond the spec are in `policy.ts`.
 */
import { equal, formatAaguid, fromBase64url, toBase64url } from '#base/bytes.ts';
import { flag } from '#protocol/authenticator-data.ts';
import { sha256 } from '#protocol/crypto.ts';
import { catchRefusal, RefusalError, type Refused } from '../refusals.ts';
import type { AttestationRecord, VerifiedCredential } from '../store/store.ts';
import { type AttestationObject, parseAttestationObject, refuseOnViolation } from './attestation-object.ts';
import { isKnownFormat, type StatementFacts, verifyStatements } from './attestation-statement.ts';
import type { Certificate } from './certificate.ts';
import { validatePath } from './certificate-path.ts';
import { type ClientData, parseClientData } from './client-data.ts';
import { verifyNotEmbedded, verifyOrigin } from './client-data-checks.ts';
import { classifyPasskey } from './passkey-kind.ts';
import { checkCredentialKey, readAlgorithm } from './public-key.ts';
import { parseRegistrationResponse, type RegistrationResponse } from './registration-response.ts';

/** What the relying party requested and expects in the response. */
export interface RegistrationExpectations {
  /** Uses up the challenge (base64url) and returns the algorithms that were requested with it. @throws {RefusalError} */
  redeemChallenge(challenge: string): Promise<{ algorithms: number[] }>;
  origin: string;
  rpId: string;
  userVerification: 'required' | 'preferred' | 'discouraged';
  attestation: 'enforced' | 'requested' | 'ignored';
  /** Root certificates that attestation certificates may lead to. */
  trustAnchors: readonly Certificate[];
  /** Milliseconds since the epoch, for certificate dates. */
  now: number;
}

export interface VerifiedRegistration {
  accepted: true;
  credential: VerifiedCredential;
}

/** Verifies an untrusted RegistrationResponseJSON. Invalid input is returned as a refusal, never thrown. */
export const verifyRegistration = (
  body: unknown,
  expected: RegistrationExpectations,
): Promise<VerifiedRegistration | Refused> => catchRefusal(() => verify(body, expected));

async function verify(body: unknown, expected: RegistrationExpectations): Promise<VerifiedRegistration> {
  const response = parseRegistrationResponse(body); // steps 3-4
  const clientData = parseClientData(response.clientDataJson); // steps 5-6
  verifyType(clientData); // step 7
  const { algorithms } = await expected.redeemChallenge(clientData.challenge); // step 8
  verifyOrigin(clientData, expected.origin); // step 9
  verifyNotEmbedded(clientData); // steps 10-11
  const object = parseAttestationObject(response.attestationObject); // step 13
  verifyRpIdHash(object, expected); // step 14
  verifyUserPresence(object); // step 15
  verifyUserVerification(object, expected); // step 16
  verifyBackupFlags(object); // steps 17-19
  verifyAlgorithm(object, algorithms); // step 20
  verifyFormat(object); // step 21
  const facts = await verifyStatements(object, sha256(response.clientDataJson), expected.now); // steps 12 and 22
  const chain = assessTrust(facts, expected); // steps 23-24
  verifyCredentialId(object, response); // step 25
  return {
    accepted: true,
    credential: createCredentialRecord(object, response, { fmt: object.fmt, type: facts.type, chain }),
  };
}

function verifyType({ type }: ClientData): void {
  if (type !== 'webauthn.create') throw new RefusalError('type-mismatch', `Expected type webauthn.create, got ${type}`);
}

function verifyRpIdHash({ parsed }: AttestationObject, { rpId }: RegistrationExpectations): void {
  if (!equal(parsed.rpIdHash, sha256(rpId)))
    throw new RefusalError('rp-id-mismatch', `Expected the rpIdHash of ${rpId}`);
}

function verifyUserPresence({ parsed }: AttestationObject): void {
  if (!(parsed.flags & flag.UP)) throw new RefusalError('user-presence-missing');
}

function verifyUserVerification({ parsed }: AttestationObject, { userVerification }: RegistrationExpectations): void {
  if (userVerification === 'required' && !(parsed.flags & flag.UV)) throw new RefusalError('user-verification-missing');
}

function verifyBackupFlags({ parsed }: AttestationObject): void {
  if (parsed.flags & flag.BS && !(parsed.flags & flag.BE))
    throw new RefusalError('backup-state-invalid', 'BS is set, but BE is not');
}

function verifyAlgorithm({ parsed }: AttestationObject, algorithms: readonly number[]): void {
  const alg = readAlgorithm(parsed.credentialPublicKey);
  if (!algorithms.includes(alg))
    throw new RefusalError('algorithm-not-allowed', `Expected alg ${algorithms.join(', ')}, got ${alg}`);
  checkCredentialKey(parsed.credentialPublicKey);
}

function verifyFormat(object: AttestationObject): void {
  const { fmt } = object;
  if (!isKnownFormat(object)) throw new RefusalError('attestation-format-unknown', `fmt is ${fmt.slice(0, 32)}`);
}

/** Refuses an untrusted or missing certificate chain if attestation is enforced; otherwise only records it. */
function assessTrust({ chains, type }: StatementFacts, expected: RegistrationExpectations): AttestationRecord['chain'] {
  if (chains.length === 0) {
    if (expected.attestation === 'enforced')
      throw new RefusalError('attestation-required', `The attestation type is ${type}`);
    return 'none';
  }
  for (const chain of chains) {
    const verdict = refuseOnViolation('attestation-invalid', () =>
      validatePath(chain, expected.trustAnchors, expected.now),
    );
    if (verdict.trusted) continue;
    if (expected.attestation === 'enforced') throw new RefusalError('attestation-untrusted', verdict.why);
    return 'untrusted';
  }
  return 'trusted';
}

/** A credential id has at least 16 bytes (section 4, Credential ID). The parser has already checked that it has at most 1023. */
function verifyCredentialId({ parsed }: AttestationObject, { json }: RegistrationResponse): void {
  const { credentialId } = parsed.attestedCredentialData;
  if (credentialId.length < 16)
    throw new RefusalError('credential-id-invalid', `Expected at least 16 bytes, got ${credentialId.length}`);
  if (!equal(fromBase64url(json.id), credentialId))
    throw new RefusalError('credential-id-invalid', 'id differs from the credential id in the authenticator data');
}

function createCredentialRecord(
  { parsed }: AttestationObject,
  response: RegistrationResponse,
  attestation: AttestationRecord,
): VerifiedCredential {
  const { aaguid, credentialId, credentialPublicKey } = parsed.attestedCredentialData;
  const backupEligible = (parsed.flags & flag.BE) !== 0;
  return {
    credentialId: toBase64url(credentialId),
    publicKey: toBase64url(credentialPublicKey),
    algorithm: readAlgorithm(parsed.credentialPublicKey),
    signCount: parsed.signCount,
    aaguid: formatAaguid(aaguid),
    attestation,
    kind: classifyPasskey(response, backupEligible),
    transports: response.transports,
    userVerified: (parsed.flags & flag.UV) !== 0,
    backupEligible,
    backedUp: (parsed.flags & flag.BS) !== 0,
    discoverable: response.discoverable,
  };
}
