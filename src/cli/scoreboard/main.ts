/** `npm run scoreboard`: runs the catalogue for relying parties on the libraries of `examples/adapters` and prints a table of counts. */
import { systemClock } from '#base/clock.ts';
import { messageOf } from '#base/errors.ts';
import { systemRandom } from '#base/random.ts';
import { libraryCatalogue } from '#conformance/relying-party/catalogue.ts';
import { createLibraryTarget, type RelyingPartyLibrary } from '#conformance/relying-party/library-target.ts';
import { runRelyingPartySuite } from '#conformance/relying-party/run-suite.ts';
import { scoreResults } from '#conformance/relying-party/score.ts';
import { emulatorTrustAnchors } from '../compose/emulator-catalogue.ts';
import { createReferenceVerifier } from '../compose/reference-verifier.ts';
import { suiteEmulator } from '../compose/suite-emulator.ts';
import { type ExampleAdapter, exampleAdapters } from '../conform/example-adapters.ts';
import { markdownTable } from '../table.ts';

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
  const results = await runRelyingPartySuite(libraryCatalogue, target, suiteEmulator());
  const { passed, mistakes, notApplicable, inconclusive } = scoreResults(libraryCatalogue, results);
  const counts = [passed, ...Object.values(mistakes), notApplicable, inconclusive];
  return [library.name, library.version ?? '', ...counts.map(String)];
}

async function scoreAdapter({ open }: ExampleAdapter): Promise<string[]> {
  await using adapter = await open();
  return await scoreRow(adapter.library);
}

const rows = [await scoreRow(createReferenceVerifier())];
const skipped: string[] = [];
for (const adapter of exampleAdapters())
  await scoreAdapter(adapter).then(
    (row) => rows.push(row),
    (error: unknown) => skipped.push(`Skipped ${adapter.file}: ${messageOf(error)}`),
  );
const day = new Date(systemClock.now()).toISOString().slice(0, 10);
console.log(`${libraryCatalogue.length} cases, ${day}, Node.js ${process.version}\n`);
console.log([markdownTable(head, rows), ...skipped].join('\n'));
process.exit(); // some libraries keep threads or timers that never end
