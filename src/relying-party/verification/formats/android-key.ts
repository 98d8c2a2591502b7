/** Verifies `android-key`, WebAuthn L3 section 8.4, with the key description extension of Android key attestation. */
import { concat, equal } from '#base/bytes.ts';
import { refuseOnViolation } from '../attestation-object.ts';
import { extensionOid } from '../certificate.ts';
import { contextTag, type DerItem, readItems, readOne, tag } from '../der-reader.ts';
import { encodeCredentialSpki, readAlgorithm } from '../public-key.ts';
import type { Problem } from '../rules.ts';
import { findSignatureProblem, getAlg, getX5c, hasOnly, type StatementFormat } from './statement.ts';

export const androidKey: StatementFormat = {
  leafExtensions: [extensionOid.androidKeyDescription],
  readCertificates: getX5c,
  readAlgorithm: getAlg,
  getSignedData: ({ authData, clientDataHash }) => concat(authData, clientDataHash),
  signatureRule: () => 'android-key.signature',
  *findProblems({ attStmt, chain, authData, clientDataHash, parsed }) {
    const [leaf] = chain;
    if (!hasOnly(attStmt, ['alg', 'sig', 'x5c']))
      yield ['android-key.members', 'Expected an android-key statement with alg, sig and x5c only'];
    if (!leaf) return yield ['android-key.members', 'Expected a list of at least one certificate in x5c'];
    if (getAlg(attStmt) !== readAlgorithm(parsed.credentialPublicKey))
      yield ['android-key.algorithm', 'alg differs from the algorithm of the credential key'];
    if (!equal(leaf.spki, encodeCredentialSpki(parsed.credentialPublicKey)))
      yield ['android-key.credential-key', 'The certificate’s key is not the credential key'];
    const signatureProblem = findSignatureProblem(leaf, attStmt, concat(authData, clientDataHash));
    if (signatureProblem !== undefined) yield ['android-key.signature', signatureProblem];
    const description = leaf.extensions.get(extensionOid.androidKeyDescription)?.value;
    if (!description) return yield ['android-key.description', 'The certificate has no key description'];
    yield* refuseOnViolation('android-key.description', 'attestation-invalid', () => [
      ...findDescriptionProblems(description, clientDataHash),
    ]);
  },
};

/** Tags of AuthorizationList and the values that section 8.4 requires: generated on the device, for signing, for one application. */
const purpose = { tag: contextTag(1), sign: 2 };
const allApplications = contextTag(600);
const origin = { tag: contextTag(702), generated: 0 };

/** KeyDescription: version, level, version, level, challenge, uniqueId, softwareEnforced, hardwareEnforced. */
function* findDescriptionProblems(extension: Uint8Array, clientDataHash: Uint8Array): Generator<Problem> {
  const [, , , , challenge, , software, hardware] = readItems(readOne(extension, tag.sequence).content);
  if (challenge?.tag !== tag.octetString || software?.tag !== tag.sequence || hardware?.tag !== tag.sequence)
    return yield ['android-key.description', 'The key description is malformed'];
  if (!equal(challenge.content, clientDataHash))
    yield ['android-key.challenge', 'attestationChallenge differs from the hash of the client data'];
  const entries = [...readItems(software.content), ...readItems(hardware.content)];
  const findEntry = (entryTag: number): DerItem | undefined => entries.find((item) => item.tag === entryTag);
  if (findEntry(allApplications)) yield ['android-key.all-applications', 'The key is for all applications'];
  const keyOrigin = findEntry(origin.tag);
  if (!keyOrigin || readOne(keyOrigin.content, tag.integer).content[0] !== origin.generated)
    yield ['android-key.origin', 'The key was not generated on the device'];
  const purposes = findEntry(purpose.tag);
  const uses = purposes ? readItems(readOne(purposes.content, tag.set).content).map(({ content }) => content[0]) : [];
  if (uses.length !== 1 || uses[0] !== purpose.sign) yield ['android-key.purpose', 'The key is not for signing only'];
}
