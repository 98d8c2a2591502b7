/** The whole test PKI as files, so that any relying party can be taught to trust the emulator. */

import type { Persona } from '../personas/persona.ts';
import { type PersonaId, personas } from '../personas/registry.ts';
import { attestationIdentity, intermediateCertificates, trustAnchors } from './attestation-ca.ts';
import { metadataBlob, metadataStatement } from './metadata.ts';
import { leafRequestFor } from './model.ts';
import { toPem } from './x509.ts';

const pemOf = (certificates: readonly Uint8Array[]): string => certificates.map(toPem).join('');
const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
/** Formats whose certificate belongs to the model; the others certify each credential anew, or nothing. */
const batch: readonly string[] = ['packed-basic', 'packed-enterprise', 'fido-u2f', 'compound'];

/**
 * Files by name: `root.pem`, `intermediate.pem`, for each persona `personas/ID.pem` (attestation certificate and
 * intermediates, where the model has one) and `metadata/ID.json` (metadata statement), and `metadata/blob.jwt` (signed BLOB).
 * `now` is in milliseconds since the Unix epoch and dates the BLOB.
 *
 * ```ts
 * for (const [name, text] of Object.entries(exportTestPki({ now: Date.now() }))) writeFileSync(join(folder, name), text);
 * ```
 */
export function exportTestPki({ now }: { now: number }): Record<string, string> {
  const all = Object.entries(personas) as [PersonaId, Persona][];
  const certified = all.filter(([, { attestation }]) => batch.includes(attestation));
  return {
    'root.pem': pemOf(trustAnchors()),
    'intermediate.pem': pemOf(intermediateCertificates()),
    ...Object.fromEntries(
      certified.map(([id, persona]) => [
        `personas/${id}.pem`,
        pemOf(attestationIdentity(leafRequestFor(persona)).chain),
      ]),
    ),
    ...Object.fromEntries(all.map(([id, persona]) => [`metadata/${id}.json`, json(metadataStatement(persona))])),
    'metadata/blob.jwt': metadataBlob(
      all.map(([, persona]) => persona),
      { now },
    ),
  };
}
