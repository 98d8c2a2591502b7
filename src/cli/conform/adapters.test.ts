/** The adapters of `examples/` work with the installed libraries. */
import { describe, expect, it } from 'vitest';
import { messageOf } from '#base/errors.ts';
import { systemRandom } from '#base/random.ts';
import { relyingPartyCatalogue } from '#conformance/relying-party/catalogue.ts';
import { createLibraryTarget } from '#conformance/relying-party/library-target.ts';
import { runRelyingPartySuite } from '#conformance/relying-party/run-suite.ts';
import { selectEntries } from '#conformance/select.ts';
import { emulatorTrustAnchors } from '../compose/emulator-catalogue.ts';
import { suiteEmulator } from '../compose/suite-emulator.ts';
import { exampleAdapters } from './example-adapters.ts';

/** What every library must get right: valid ceremonies, and the first checks of both ceremonies. */
const basics = selectEntries(relyingPartyCatalogue, [
  'algorithms.control.es256',
  'sign-in-algorithms.control.es256',
  'client-data.challenge.other',
  'client-data.origin.other',
  'sign-in-client-data.challenge.other',
  'sign-in-client-data.type.of-registration',
  'sign-in.signature.bit',
  'sign-in-authenticator-data.rp-id-hash.other',
]);

describe('the adapter', () => {
  it.each(exampleAdapters())(
    '$file verifies valid ceremonies and refuses basic violations',
    async ({ open }) => {
      const opened = await open().catch((error: unknown) => messageOf(error));
      if (typeof opened === 'string') return expect(opened).toMatch(/Expected the package [\w@/-]+/); // not installed
      await using adapter = opened;
      const { library } = adapter;
      const target = createLibraryTarget(library, { random: systemRandom, trustAnchors: emulatorTrustAnchors() });
      expect(library.version).toMatch(/^\d+\.\d+/);
      const results = await runRelyingPartySuite(basics, target, suiteEmulator());
      // A crash instead of a refusal is a violation by the library, not by its adapter.
      const wrong = results.filter(({ verdict, outcome }) => verdict !== 'pass' && outcome?.verdict !== 'crashed');
      expect(wrong).toEqual([]);
    },
    20_000,
  );
});
