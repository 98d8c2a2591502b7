/** Exports the attestation CA and the metadata as files, so that a relying party can be configured to trust the emulator. */

import { toPem } from '#protocol/x509/certificate.ts';
import type { Persona } from '../personas/persona.ts';
import { personas } from '../personas/registry.ts';
import { createAttestationIdentity, intermediateCertificates, trustAnchors } from './attestation-ca.ts';
import { metadataBlob, metadataStatement } from './metadata.ts';
import { identityOptionsForPersona } from './persona-identity.ts';
import { attestationFormats } from './registry.ts';

const toPemFile = (certificates: readonly Uint8Array[]): string => certificates.map(toPem).join('');
const toJsonFile = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/**
 * Returns the text of each file by its name: `root.pem`, `intermediate.pem`, for each persona `personas/ID.pem` (attestation
 * certificate and intermediates, if the model has one certificate) and `metadata/ID.json` (metadata statement), and
 * `metadata/blob.jwt` (signed BLOB). `now`, in milliseconds since the Unix epoch, determines the next update of the BLOB.
 *
 * ```ts
 * for (const [name, text] of Object.entries(exportAttestationCa({ now: Date.now() }))) writeFileSync(join(folder, name), text);
 * ```
 */
export function exportAttestationCa({ now }: { now: number }): Record<string, string> {
  const all: Persona[] = Object.values(personas);
  const certified = all.filter(({ attestation }) => attestationFormats[attestation].hasModelCertificate);
  const certificates = certified.map((persona) => [
    `personas/${persona.id}.pem`,
    toPemFile(createAttestationIdentity(identityOptionsForPersona(persona)).chain),
  ]);
  const statements = all.map((persona) => [`metadata/${persona.id}.json`, toJsonFile(metadataStatement(persona))]);
  return {
    'root.pem': toPemFile(trustAnchors()),
    'intermediate.pem': toPemFile(intermediateCertificates()),
    ...Object.fromEntries(certificates),
    ...Object.fromEntries(statements),
    'metadata/blob.jwt': metadataBlob(all, { now }),
  };
}
