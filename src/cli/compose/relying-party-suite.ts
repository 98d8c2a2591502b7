/** Wires the suite for relying parties: the emulator as its authenticator, and the reference verifier as a library under test. */
import { parseAaguid } from '#base/bytes.ts';
import { type Random, systemRandom } from '#base/random.ts';
import type { SuiteEmulator } from '#conformance/relying-party/emulator-port.ts';
import type { ProofParties } from '#conformance/relying-party/prove.ts';
import { createAuthenticator, metadataStatement, personas, rootAuthority } from '#emulator';
import type { Rule } from '#relying-party/verification/rules.ts';
import { emulatorTrustAnchors } from './emulator-catalogue.ts';
import { createPortalTarget } from './portal-target.ts';
import { createReferenceVerifier } from './reference-verifier.ts';

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

/** The parties that prove the catalogue: the reference verifier, with and without rules, and the portal. */
export const proofParties = (): ProofParties => ({
  emulator: suiteEmulator(),
  random: systemRandom,
  trustAnchors: emulatorTrustAnchors(),
  portal: createPortalTarget(),
  createVerifier: (lacks) => createReferenceVerifier(new Set(lacks as readonly Rule[])),
});
