import { describe, expect, it } from 'vitest';
import { systemRandom } from '#base/random.ts';
import { relyingPartyCatalogue } from '#conformance/relying-party/catalogue.ts';
import { findUnprovenCases, type ProofParties } from '#conformance/relying-party/prove.ts';
import { emulatorTrustAnchors } from './emulator-catalogue.ts';
import { createReferenceVerifier } from './reference-verifier.ts';
import { suiteEmulator } from './relying-party-suite.ts';

const parties: ProofParties = {
  emulator: suiteEmulator(),
  random: systemRandom,
  trustAnchors: emulatorTrustAnchors(),
  createVerifier: (lacks) => createReferenceVerifier(new Set(lacks as never)),
};
const groups = [...new Set(relyingPartyCatalogue.map(({ group }) => group))];

describe('every case is proven by a verifier that lacks exactly its rule', () => {
  it.each(groups)(
    '%s',
    async (group) => {
      const cases = relyingPartyCatalogue.filter((one) => one.group === group);
      expect(await findUnprovenCases(cases, parties)).toEqual([]);
    },
    180_000,
  );
});
