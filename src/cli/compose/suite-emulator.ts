/** The emulator as the authenticator of the suite for relying parties. Has few imports, because public entry points import it. */
import { parseAaguid } from '#base/bytes.ts';
import { type Random, systemRandom } from '#base/random.ts';
import type { SuiteEmulator } from '#conformance/relying-party/emulator-port.ts';
import { createAuthenticator, metadataStatement, personas, rootAuthority, trustAnchors } from '#emulator';

const { 'touchstone-complete': key } = personas;

export const suiteEmulator = (random: Random = systemRandom): SuiteEmulator => ({
  createAuthenticator: ({ attestation, algorithm, changes, credential, attestationSecret, synced }) =>
    createAuthenticator({
      persona: synced ? { ...key, backup: { eligible: true, backedUp: true }, signCounter: 'constant-zero' } : key,
      attestation,
      algorithms: [algorithm],
      changes,
      credentials: [credential],
      attestationIdentity: { secret: attestationSecret, sendsRoot: false },
      random,
    }),
  root: rootAuthority(),
  metadataStatement: metadataStatement(key),
  aaguid: parseAaguid(key.aaguid),
});

/** The root certificates of every attestation in the suite, DER. */
export const suiteTrustAnchors = (): Uint8Array[] => trustAnchors();
