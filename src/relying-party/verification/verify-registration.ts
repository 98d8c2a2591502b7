/**
 * "Registering a New Credential", WebAuthn L3 section 7.1: steps 3 to 25 as small functions in the spec's order.
 * The page does steps 1 and 2; `registration.ts` and `passkey-naming.ts` do steps 26, 27 and 29, which need the store.
 * Rules of the organisation beyond the spec are in `policy.ts`.
 */
import { equal, formatAaguid, fromBase64url, toBase64url } from '#base/bytes.ts';
import { flag } from '#protocol/authenticator-data.ts';
import { sha256 } from '#protocol/crypto.ts';
import type { MetadataBlob } from '../metadata/blob.ts';
import { checkMetadata, findEntry, rootsOf, type VerifiedAttestation } from '../metadata/check-metadata.ts';
import { catchRefusal, RefusalError, type Refused } from '../refusals.ts';
import type { AttestationRecord, VerifiedCredential } from '../store/store.ts';
import { type AttestationObject, parseAttestationObject, refuseOnViolation } from './attestation-object.ts';
import { isKnownFormat, type StatementFacts, verifyStatements } from './attestation-statement.ts';
import type { Certificate } from './certificate.ts';
import { validatePath } from './certificate-path.ts';
import { parseClientData } from './client-data.ts';
import { verifyNotEmbedded, verifyOrigin, verifyType } from './client-data-checks.ts';
import { classifyPasskey } from './passkey-kind.ts';
import { checkCredentialKey, readAlgorithm } from './public-key.ts';
import { parseRegistrationResponse, type RegistrationResponse } from './registration-response.ts';
import { createRefuse, type Refuse, type Rule } from './rules.ts';

/** What the relying party requested and expects in the response. */
export interface RegistrationExpectations {
  /** Uses up the challenge (base64url) and returns the algorithms that were requested with it. @throws {RefusalError} */
  redeemChallenge(challenge: string): Promise<{ algorithms: number[] }>;
  /** Expected origin, e.g. `https://example.com`. */
  origin: string;
  rpId: string;
  /** `required`: a response without the flag UV is refused. */
  userVerification: 'required' | 'preferred' | 'discouraged';
  /** `enforced`: the certificates must lead to a trust anchor. Otherwise a statement is verified, and its chain may be untrusted. */
  attestation: 'enforced' | 'requested' | 'ignored';
  /** Set for a create() without a dialog. The user need not be present then. */
  mediation?: 'conditional' | undefined;
  /** Root certificates that attestation certificates may lead to. */
  trustAnchors: readonly Certificate[];
  /** Returns the metadata of authenticator models; then a model must have an entry. @throws {RefusalError} if the BLOB is not valid. */
  metadata?: (() => Promise<MetadataBlob>) | undefined;
  /** Milliseconds since the epoch, for certificate dates. */
  now: number;
  /** Rules that this verifier lacks, to prove conformance cases; none by default. */
  lacks?: ReadonlySet<Rule> | undefined;
}

/** The result of a registration that is acceptable. */
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
  const refuse = createRefuse(expected.lacks);
  const response = parseRegistrationResponse(body, refuse); // steps 3-4
  const clientData = parseClientData(response.clientDataJson, refuse); // steps 5-6
  verifyType(clientData, 'webauthn.create', refuse); // step 7
  const { algorithms } = await expected.redeemChallenge(clientData.challenge); // step 8
  verifyOrigin(clientData, expected.origin, refuse); // step 9
  verifyNotEmbedded(clientData, refuse); // steps 10-11
  const object = parseAttestationObject(response.attestationObject, refuse); // step 13
  verifyRpIdHash(object, expected, refuse); // step 14
  verifyUserPresence(object, expected, refuse); // step 15
  verifyUserVerification(object, expected, refuse); // step 16
  verifyBackupFlags(object, refuse); // steps 17-19
  verifyAlgorithm(object, algorithms, refuse); // step 20
  verifyFormat(object); // step 21
  const ceremony = { clientDataHash: sha256(response.clientDataJson), now: expected.now }; // step 12
  const facts = await verifyStatements(object, ceremony, refuse); // step 22
  const entry = await findMetadata({ object, facts }, expected); // step 23
  const chain = assessTrust(facts, entry ? withRoots(expected, rootsOf(entry)) : expected, refuse); // step 24
  if (expected.metadata)
    checkMetadata(entry, { object, facts }, { refuse, now: expected.now, lacks: expected.lacks ?? new Set() });
  verifyCredentialId(object, response, refuse); // step 25
  return {
    accepted: true,
    credential: createCredentialRecord(object, response, { fmt: object.fmt, type: facts.type, chain }),
  };
}

function verifyRpIdHash({ parsed }: AttestationObject, { rpId }: RegistrationExpectations, refuse: Refuse): void {
  if (!equal(parsed.rpIdHash, sha256(rpId)))
    refuse('auth-data.rp-id-hash', 'rp-id-mismatch', `Expected the rpIdHash of ${rpId}`);
}

function verifyUserPresence(
  { parsed }: AttestationObject,
  { mediation }: RegistrationExpectations,
  refuse: Refuse,
): void {
  if (mediation !== 'conditional' && !(parsed.flags & flag.UP)) refuse('flags.user-present', 'user-presence-missing');
}

function verifyUserVerification(
  { parsed }: AttestationObject,
  { userVerification }: RegistrationExpectations,
  refuse: Refuse,
): void {
  if (userVerification === 'required' && !(parsed.flags & flag.UV))
    refuse('flags.user-verified', 'user-verification-missing');
}

function verifyBackupFlags({ parsed }: AttestationObject, refuse: Refuse): void {
  if (parsed.flags & flag.BS && !(parsed.flags & flag.BE))
    refuse('flags.backup-state', 'backup-state-invalid', 'BS is set, but BE is not');
}

function verifyAlgorithm({ parsed }: AttestationObject, algorithms: readonly number[], refuse: Refuse): void {
  const alg = readAlgorithm(parsed.credentialPublicKey);
  if (!algorithms.includes(alg))
    refuse('key.algorithm', 'algorithm-not-allowed', `Expected alg ${algorithms.join(', ')}, got ${alg}`);
  checkCredentialKey(parsed.credentialPublicKey, refuse);
}

function verifyFormat(object: AttestationObject): void {
  const { fmt } = object;
  if (!isKnownFormat(object))
    throw new RefusalError('attestation-format-unknown', `fmt is ${fmt.slice(0, 32)}`, { rule: 'statement.format' });
}

const withRoots = (expected: RegistrationExpectations, roots: readonly Certificate[]): RegistrationExpectations => ({
  ...expected,
  trustAnchors: [...expected.trustAnchors, ...roots],
});

/** Returns the metadata of the model; undefined if there is none. */
async function findMetadata(attestation: VerifiedAttestation, { metadata }: RegistrationExpectations) {
  return metadata && findEntry(await metadata(), attestation);
}

/** Refuses an untrusted or missing certificate chain if attestation is enforced; otherwise only records it. */
function assessTrust(
  { chains, type }: StatementFacts,
  expected: RegistrationExpectations,
  refuse: Refuse,
): AttestationRecord['chain'] {
  const { attestation, trustAnchors, now, lacks } = expected;
  if (chains.length === 0) {
    if (attestation === 'enforced')
      refuse('attestation.required', 'attestation-required', `The attestation type is ${type}`);
    return 'none';
  }
  for (const chain of chains) {
    const verdict = refuseOnViolation('statement.certificates', 'attestation-invalid', () =>
      validatePath(chain, trustAnchors, now, lacks),
    );
    if (verdict.trusted) continue;
    if (attestation === 'enforced') refuse(verdict.rule, 'attestation-untrusted', verdict.why);
    return 'untrusted';
  }
  return 'trusted';
}

/** A credential id has at least 16 bytes (section 4, Credential ID). The parser has already checked that it has at most 1023. */
function verifyCredentialId({ parsed }: AttestationObject, { json }: RegistrationResponse, refuse: Refuse): void {
  const { credentialId } = parsed.attestedCredentialData;
  if (credentialId.length < 16)
    refuse('credential-id.length', 'credential-id-invalid', `Expected at least 16 bytes, got ${credentialId.length}`);
  if (!equal(fromBase64url(json.id), credentialId))
    refuse(
      'credential-id.same',
      'credential-id-invalid',
      'id differs from the credential id in the authenticator data',
    );
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
