/** Wires the proof of the suite for relying parties: the reference verifier as a library under test, and the portal. */
import { systemRandom } from '#base/random.ts';
import type { ProofParties } from '#conformance/relying-party/prove.ts';
import type { Rule } from '#relying-party/verification/rules.ts';
import { emulatorTrustAnchors } from './emulator-catalogue.ts';
import { createPortalTarget } from './portal-target.ts';
import { createReferenceVerifier } from './reference-verifier.ts';
import { suiteEmulator } from './suite-emulator.ts';

/** The parties that prove the catalogue: the reference verifier, with and without rules, and the portal. */
export const proofParties = (): ProofParties => ({
  emulator: suiteEmulator(),
  random: systemRandom,
  trustAnchors: emulatorTrustAnchors(),
  portal: createPortalTarget(),
  createVerifier: (lacks) => createReferenceVerifier(new Set(lacks as readonly Rule[])),
});
