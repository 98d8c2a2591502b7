/**
 * The public entry point `touchstone/relying-party`: the reference portal, the strict verification of WebAuthn L3 section 7.1 that is
 * behind it, and the suite that tests another library. A response that is not acceptable is returned as a refusal with a reason and never
 * thrown.
 *
 * ```ts
 * await using portal = await startPortal({ clock: systemClock, random: systemRandom, store: openStore(), trustAnchors });
 * console.log(portal.origin);
 * ```
 */

export { systemClock } from '#base/clock.ts';
export { systemRandom } from '#base/random.ts';
export {
  type RelyingPartySuite,
  type RelyingPartySuiteOptions,
  relyingPartySuite,
  type SuiteCase,
} from '#cli/compose/library-suite.ts';
export { LibraryCrash, type RelyingPartyLibrary, type Verified } from '#conformance/relying-party/library-target.ts';
export type { RelyingPartyCaseResult } from '#conformance/relying-party/run-case.ts';
export { type Portal, type PortalOptions, startPortal } from '#relying-party/portal/portal.ts';
export type { Refused } from '#relying-party/refusals.ts';
export { openStore } from '#relying-party/store/libsql-store.ts';
export type { Store } from '#relying-party/store/store.ts';
export { type Certificate, parseCertificate } from '#relying-party/verification/certificate.ts';
export {
  type RegistrationExpectations,
  type VerifiedRegistration,
  verifyRegistration,
} from '#relying-party/verification/verify-registration.ts';
