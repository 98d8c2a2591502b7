/**
 * The order of the test files: shuffled with the seed of the run, the long files before all others. A long file that started last would
 * keep one worker busy while the others have nothing left to do.
 */
import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { toHex } from '../base/bytes.ts';
import { seededRandom } from '../base/seeded-random.ts';

/** Files that need more than about five seconds, most of them because they start processes or browsers. */
export const longFiles: readonly string[] = [
  'emulator/transports/python-fido2.test.ts',
  'src/browser/playwright-fixtures.test.ts',
  'src/browser/proxy/proxy-on-chromium.test.ts',
  'src/browser/shim/client-on-firefox.test.ts',
  'src/browser/shim/shim-on-chromium.test.ts',
  'src/browser/shim/shim-on-firefox.test.ts',
  'src/browser/shim/shim-over-connection.test.ts',
  'src/browser/virtual-authenticator/virtual-authenticator.test.ts',
  'src/cli/commands/init.test.ts',
  'src/cli/commands/portal-throttle.test.ts',
  'src/cli/commands/portal.test.ts',
  'src/cli/compose/relying-party-suite.test.ts',
  'src/cli/main.test.ts',
  'src/cli/package/package.test.ts',
  'src/cli/run/built-in-stack.test.ts',
  'src/cli/run/end-with-parent.test.ts',
  'src/cli/run/example-sites.test.ts',
  'src/cli/run/failing-steps.test.ts',
  'src/cli/run/operators.test.ts',
  'src/cli/run/real-keys.test.ts',
  'src/cli/run/remote-browser.test.ts',
  'src/cli/run/site-users.test.ts',
  'src/cli/test-your-site.test.ts',
  'src/conformance/authenticator/catalogue.test.ts',
  'src/page-authenticator/fixtures.test.ts',
  'src/page-authenticator/server/recipes.test.ts',
  'src/relying-party/portal/accessibility.test.ts',
  'src/report/html/report-page.test.ts',
  'src/report/playwright-reporter.test.ts',
  'src/scenario/parties/site/page-scripts.test.ts',
  'src/scenario/parties/site/site.test.ts',
  'src/scenario/site-check/check-site-file.test.ts',
  'src/scenario/site-conformance/site-target.test.ts',
  'src/scenario/site-recording/probe.test.ts',
  'src/transport/pcsc.test.ts',
];

/** Returns the files in an order that depends on their names and `seed` only, the long ones first. `nameOf` returns the path in the project. */
export function orderFiles<File>(files: readonly File[], seed: number, nameOf: (file: File) => string): File[] {
  const shuffled = shuffle(files, seed, nameOf);
  const isLong = (file: File) => longFiles.includes(nameOf(file));
  return [...shuffled.filter(isLong), ...shuffled.filter((file) => !isLong(file))];
}

export class LongFilesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const { root, sequence } = this.ctx.config;
    return orderFiles(files, sequence.seed, ({ moduleId }) => relative(root, moduleId).replaceAll('\\', '/'));
  }
}

/** Gives each item a random number, in the order of their names, and sorts by these numbers. */
function shuffle<Item>(items: readonly Item[], seed: number, nameOf: (item: Item) => string): Item[] {
  const random = seededRandom(String(seed));
  return items
    .toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
    .map((item) => ({ item, number: toHex(random.bytes(8)) }))
    .toSorted((a, b) => (a.number < b.number ? -1 : 1))
    .map(({ item }) => item);
}
