/** `npm run scoreboard`: runs the catalogue for relying parties on the libraries of `examples/adapters` and prints a table of counts. */
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { systemClock } from '#base/clock.ts';
import { systemRandom } from '#base/random.ts';
import { relyingPartyCatalogue } from '#conformance/relying-party/catalogue.ts';
import { createLibraryTarget, type RelyingPartyLibrary } from '#conformance/relying-party/library-target.ts';
import { runRelyingPartySuite } from '#conformance/relying-party/run-suite.ts';
import { scoreResults } from '#conformance/relying-party/score.ts';
import { emulatorTrustAnchors } from '../compose/emulator-catalogue.ts';
import { createReferenceVerifier } from '../compose/reference-verifier.ts';
import { suiteEmulator } from '../compose/relying-party-suite.ts';
import { loadAdapter } from '../conform/load-adapter.ts';
import { markdownTable } from '../table.ts';

const folder = resolve(import.meta.dirname, '../../../examples/adapters');
/** A file that adapters share. */
const shared = 'package-version.mjs';

const head = [
  'Library',
  'Version',
  'Passed',
  'Accepted: account takeover',
  'Accepted: attestation',
  'Accepted: interoperability',
  'Accepted: hygiene',
  'Wrongly refused',
  'Crashed',
  'Not applicable',
  'Inconclusive',
];

async function scoreRow(library: RelyingPartyLibrary): Promise<string[]> {
  const target = createLibraryTarget(library, { random: systemRandom, trustAnchors: emulatorTrustAnchors() });
  const results = await runRelyingPartySuite(relyingPartyCatalogue, target, suiteEmulator());
  const { passed, mistakes, notApplicable, inconclusive } = scoreResults(relyingPartyCatalogue, results);
  const counts = [passed, ...Object.values(mistakes), notApplicable, inconclusive];
  return [library.name, library.version ?? '', ...counts.map(String)];
}

const files = readdirSync(folder).filter((name) => name.endsWith('.mjs') && name !== shared);
const rows = [await scoreRow(createReferenceVerifier())];
for (const file of files.sort()) rows.push(await scoreRow(await loadAdapter(join(folder, file))));
const day = new Date(systemClock.now()).toISOString().slice(0, 10);
console.log(`${relyingPartyCatalogue.length} cases, ${day}, Node.js ${process.version}\n`);
console.log(markdownTable(head, rows));
