/** The suite for relying parties on a library, for the library's own tests. */
import { systemRandom } from '#base/random.ts';
import { libraryCatalogue } from '#conformance/relying-party/catalogue.ts';
import { createLibraryTarget, type RelyingPartyLibrary } from '#conformance/relying-party/library-target.ts';
import type { RelyingPartyCase } from '#conformance/relying-party/relying-party-case.ts';
import { ruleOf } from '#conformance/relying-party/rules.ts';
import { CaseRunner, type RelyingPartyCaseResult } from '#conformance/relying-party/run-case.ts';
import { selectEntries } from '#conformance/select.ts';
import { suiteEmulator, suiteTrustAnchors } from './suite-emulator.ts';

/** Selection of the cases. */
export interface RelyingPartySuiteOptions {
  /** Groups, subjects or cases, e.g. `client-data` or `client-data.origin`; default: all. */
  ids?: readonly string[];
}

/** One case, to be shown in a test runner. */
export interface SuiteCase {
  id: string;
  title: string;
  /** `either` has two correct outcomes; only a crash is wrong. */
  expected: 'refuse' | 'accept' | 'either';
  /** What it means when the library does not enforce the rules of the case. */
  weaknesses: readonly string[];
}

/** The cases for a library. The caller runs them in a test runner. */
export interface RelyingPartySuite {
  cases: readonly SuiteCase[];
  /** Runs one case. @throws {UsageError} for an unknown id. */
  run(id: string): Promise<RelyingPartyCaseResult>;
  /** Runs all cases, one after the other. */
  runAll(): Promise<RelyingPartyCaseResult[]>;
}

/**
 * Returns the suite for a library: two functions verify a response, and the suite stores the challenge and the credential.
 *
 * ```ts
 * const suite = relyingPartySuite(library);
 * for (const { id, title } of suite.cases)
 *   test(title, async () => expect(await suite.run(id)).toMatchObject({ message: '' }));
 * ```
 * @throws {UsageError} if an id names nothing.
 */
export function relyingPartySuite(
  library: RelyingPartyLibrary,
  { ids = [] }: RelyingPartySuiteOptions = {},
): RelyingPartySuite {
  const cases = selectEntries(libraryCatalogue, ids);
  const target = createLibraryTarget(library, { random: systemRandom, trustAnchors: suiteTrustAnchors() });
  const runner = new CaseRunner(target, suiteEmulator());
  return {
    cases: cases.map(describeCase),
    run: async (id) => runner.run(selectEntries(cases, [id])[0] as RelyingPartyCase),
    async runAll() {
      const results: RelyingPartyCaseResult[] = [];
      for (const one of cases) results.push(await runner.run(one));
      return results;
    },
  };
}

const describeCase = ({ id, title, expected, rules, consequence }: RelyingPartyCase): SuiteCase => ({
  id,
  title,
  expected: typeof expected === 'object' ? 'either' : expected,
  weaknesses: typeof expected === 'object' ? [] : rules.map((rule) => (consequence ?? ruleOf(rule)).weakness),
});
