/** Wires the suite for relying parties: the emulator as its authenticator, and the reference verifier as a library under test. */
import { parseAaguid } from '#base/bytes.ts';
import { systemRandom } from '#base/random.ts';
import type { SuiteEmulator } from '#conformance/relying-party/emulator-port.ts';
import { createAuthenticator, personas, rootAuthority } from '#emulator';

const { 'touchstone-complete': key } = personas;

export const suiteEmulator = (): SuiteEmulator => ({
  createAuthenticator: ({ attestation, algorithm, changes, credential, attestationSecret, synced }) =>
    createAuthenticator({
      persona: synced ? { ...key, backup: { eligible: true, backedUp: true }, signCounter: 'constant-zero' } : key,
      attestation,
      algorithms: [algorithm],
      changes,
      credentials: [credential],
      attestationIdentity: { secret: attestationSecret, sendsRoot: false },
      random: systemRandom,
    }),
  root: rootAuthority(),
  aaguid: parseAaguid(key.aaguid),
});
