/** The adapters of `examples/` work with the installed libraries. */
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemRandom } from '#base/random.ts';
import { relyingPartyCatalogue } from '#conformance/relying-party/catalogue.ts';
import { createLibraryTarget } from '#conformance/relying-party/library-target.ts';
import { runRelyingPartySuite } from '#conformance/relying-party/run-suite.ts';
import { selectEntries } from '#conformance/select.ts';
import { emulatorTrustAnchors } from '../compose/emulator-catalogue.ts';
import { suiteEmulator } from '../compose/relying-party-suite.ts';
import { loadAdapter } from './load-adapter.ts';

const folder = resolve(import.meta.dirname, '../../../examples/adapters');
const files = readdirSync(folder).filter((name) => name.endsWith('.mjs') && name !== 'package-version.mjs');
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
  it.each(files)('%s verifies valid ceremonies and refuses basic violations', async (file) => {
    const library = await loadAdapter(join(folder, file));
    const target = createLibraryTarget(library, { random: systemRandom, trustAnchors: emulatorTrustAnchors() });
    expect(library.version).toMatch(/^\d+\.\d+\.\d+/);
    const results = await runRelyingPartySuite(basics, target, suiteEmulator());
    expect(results.filter(({ verdict }) => verdict !== 'pass')).toEqual([]);
  });
});
