/** Verifies `android-key`, WebAuthn L3 section 8.4, against the key description of Android's key attestation. */
import { concat, equal } from '#base/bytes.ts';
import { violationsAs } from '../attestation-object.ts';
import { extensionOid } from '../certificate.ts';
import { contextTag, type DerItem, readItems, readOne, tag } from '../der-reader.ts';
import { algorithmOf, credentialSpki } from '../public-key.ts';
import { alg, hasOnly, type StatementFormat, signatureProblem, x5c } from './statement.ts';

export const androidKey: StatementFormat = {
  certificates: x5c,
  algorithm: alg,
  problem({ attStmt, chain, authData, clientDataHash, parsed }) {
    const [leaf] = chain;
    if (!hasOnly(attStmt, ['alg', 'sig', 'x5c']) || !leaf) return 'an android-key statement has alg, sig and x5c only';
    if (alg(attStmt) !== algorithmOf(parsed.credentialPublicKey)) return 'alg differs from the credential key’s';
    if (!equal(leaf.spki, credentialSpki(parsed.credentialPublicKey)))
      return 'the certificate’s key is not the credential key';
    const description = leaf.extensions.get(extensionOid.androidKeyDescription)?.value;
    if (!description) return 'the certificate does not describe its key';
    return (
      signatureProblem(leaf, attStmt, concat(authData, clientDataHash)) ??
      violationsAs('attestation-invalid', () => descriptionProblem(description, clientDataHash))
    );
  },
};

/** AuthorizationList tags and the values that section 8.4 asks for: made on the device, to sign, for one application. */
const purpose = { tag: contextTag(1), sign: 2 };
const allApplications = contextTag(600);
const origin = { tag: contextTag(702), generated: 0 };

/** KeyDescription: version, level, version, level, challenge, uniqueId, softwareEnforced, hardwareEnforced. */
function descriptionProblem(extension: Uint8Array, clientDataHash: Uint8Array): string | undefined {
  const [, , , , challenge, , software, hardware] = readItems(readOne(extension, tag.sequence).content);
  if (challenge?.tag !== tag.octetString || software?.tag !== tag.sequence || hardware?.tag !== tag.sequence)
    return 'the key description is malformed';
  if (!equal(challenge.content, clientDataHash)) return 'attestationChallenge differs from the hash of the client data';
  const entries = [...readItems(software.content), ...readItems(hardware.content)];
  const entry = (wanted: number): DerItem | undefined => entries.find((item) => item.tag === wanted);
  if (entry(allApplications)) return 'the key is for all applications';
  const made = entry(origin.tag);
  if (!made || readOne(made.content, tag.integer).content[0] !== origin.generated)
    return 'the key was not generated on the device';
  const purposes = entry(purpose.tag);
  const uses = purposes ? readItems(readOne(purposes.content, tag.set).content).map(({ content }) => content[0]) : [];
  return uses.length === 1 && uses[0] === purpose.sign ? undefined : 'the key is not for signing only';
}
