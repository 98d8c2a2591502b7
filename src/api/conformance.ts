/**
 * The public entry point `touchstone/conformance`: the suites behind `touchstone conform`, for programs. A suite runs the cases of a
 * catalogue of requirements on a target. A requirement that is violated is a result and never thrown.
 *
 * ```ts
 * const results = await runAuthenticatorSuite(emulatedTargets('yubikey-5-nfc'), { only: ['getinfo'] });
 * console.log(overallVerdict(results.map(({ verdict }) => verdict)));
 * ```
 *
 * Targets are emulated authenticators (`emulatedTargets`), any implementation of `TestTargetSource`, a library for relying parties with an
 * adapter (`libraryTarget`), a server with the conformance API of the FIDO Alliance (`serverTarget`), and any `RelyingPartyTarget`.
 */
import { systemClock } from '#base/clock.ts';
import { systemRandom } from '#base/random.ts';
import { suiteEmulator, suiteTrustAnchors } from '#cli/compose/suite-emulator.ts';
import { authenticatorCatalogue } from '#conformance/authenticator/catalogue.ts';
import { runSuite, type SuiteOptions } from '#conformance/authenticator/run-suite.ts';
import type { TestTargetSource } from '#conformance/authenticator/test-target.ts';
import type { CaseResult } from '#conformance/case-result.ts';
import { relyingPartyCatalogue } from '#conformance/relying-party/catalogue.ts';
import { sendRequest } from '#conformance/relying-party/conformance-api/send-request.ts';
import { createLibraryTarget, type RelyingPartyLibrary } from '#conformance/relying-party/library-target.ts';
import type { RelyingPartyCaseResult } from '#conformance/relying-party/run-case.ts';
import { runRelyingPartySuite as runCases } from '#conformance/relying-party/run-suite.ts';
import { createServerTarget } from '#conformance/relying-party/server-target.ts';
import type { RelyingPartyTarget } from '#conformance/relying-party/target.ts';
import { selectEntries } from '#conformance/select.ts';

export { emulatedTargets } from '#cli/compose/emulated-test-target.ts';
export type { TestTarget, TestTargetSource } from '#conformance/authenticator/test-target.ts';
export type { CaseResult, Evidence } from '#conformance/case-result.ts';
export type { CatalogueEntry } from '#conformance/catalogue-entry.ts';
export type { RelyingPartyLibrary, Verified } from '#conformance/relying-party/library-target.ts';
export type { RelyingPartyCaseResult } from '#conformance/relying-party/run-case.ts';
export type { Account, Outcome, RelyingPartyTarget } from '#conformance/relying-party/target.ts';
export { countVerdicts, failsRun, overallVerdict, type Verdict, verdicts } from '#conformance/verdict.ts';
export { authenticatorCatalogue, relyingPartyCatalogue };

/** Which requirements of a catalogue run. */
export interface Selection {
  /** Ids of requirements or the first parts of ids, e.g. `pin` or `pin.retries`. Default: the whole catalogue. */
  only?: readonly string[];
}

/** Selection, progress and cancellation of the suite for authenticators. */
export type AuthenticatorSuiteOptions = Selection & Pick<SuiteOptions, 'onResult' | 'signal'>;

/**
 * Runs the suite for authenticators, and returns the results in the order of the catalogue. A case that does not fit the target, for
 * example because it has no PIN, is `not-applicable`.
 * @throws {UsageError} if `only` names nothing.
 */
export async function runAuthenticatorSuite(
  target: TestTargetSource,
  { only = [], ...options }: AuthenticatorSuiteOptions = {},
): Promise<CaseResult[]> {
  return await runSuite(selectEntries(authenticatorCatalogue, only), target, options);
}

/**
 * Runs the suite for relying parties, with emulated authenticators, and returns the results in the order of the catalogue.
 * @throws {UsageError} if `only` names nothing.
 */
export async function runRelyingPartySuite(
  target: RelyingPartyTarget,
  { only = [] }: Selection = {},
): Promise<RelyingPartyCaseResult[]> {
  return await runCases(selectEntries(relyingPartyCatalogue, only), target, suiteEmulator());
}

/** Returns a library as a target of `runRelyingPartySuite`. The library gets the root certificates of the suite. */
export const libraryTarget = (library: RelyingPartyLibrary): RelyingPartyTarget =>
  createLibraryTarget(library, { random: systemRandom, trustAnchors: suiteTrustAnchors() });

/**
 * Returns a server as a target of `runRelyingPartySuite`. `url` is where its conformance API is, e.g. `http://localhost:8080`.
 * @throws {UnavailableError} if the server does not return options.
 */
export const serverTarget = (url: string): Promise<RelyingPartyTarget> =>
  createServerTarget({ url, random: systemRandom, clock: systemClock, fetch: sendRequest });
