/** Type tests of `touchstone/conformance`: the compiler checks this file, nothing runs it. */
import { expectTypeOf } from 'vitest';
import * as conformance from '../conformance.ts';

expectTypeOf(conformance.runAuthenticatorSuite).parameter(0).toEqualTypeOf<conformance.TestTargetSource>();
expectTypeOf(conformance.runAuthenticatorSuite).returns.resolves.toEqualTypeOf<conformance.CaseResult[]>();
expectTypeOf<keyof conformance.AuthenticatorSuiteOptions>().toEqualTypeOf<'only' | 'onResult' | 'signal'>();
expectTypeOf(conformance.runRelyingPartySuite).parameters.toEqualTypeOf<
  [target: conformance.RelyingPartyTarget, options?: conformance.Selection]
>();
expectTypeOf(conformance.runRelyingPartySuite).returns.resolves.toEqualTypeOf<conformance.RelyingPartyCaseResult[]>();
expectTypeOf(conformance.emulatedTargets).toBeCallableWith('yubikey-5-nfc', ['flags.up-missing']);
expectTypeOf(conformance.emulatedTargets).returns.toEqualTypeOf<conformance.TestTargetSource>();
expectTypeOf(conformance.libraryTarget).toEqualTypeOf<
  (library: conformance.RelyingPartyLibrary) => conformance.RelyingPartyTarget
>();
expectTypeOf(conformance.serverTarget).toEqualTypeOf<(url: string) => Promise<conformance.RelyingPartyTarget>>();

expectTypeOf<conformance.CaseResult['id']>().toEqualTypeOf<string>();
expectTypeOf<conformance.CaseResult['message']>().toEqualTypeOf<string>();
expectTypeOf<conformance.CaseResult['verdict']>().toEqualTypeOf<conformance.Verdict>();
expectTypeOf<conformance.Verdict>().toEqualTypeOf<
  'pass' | 'fail' | 'observation' | 'not-applicable' | 'inconclusive' | 'waived'
>();
expectTypeOf(conformance.overallVerdict).returns.toEqualTypeOf<'passed' | 'failed' | 'not-tested'>();
expectTypeOf(conformance.authenticatorCatalogue).toExtend<readonly conformance.CatalogueEntry[]>();
expectTypeOf(conformance.relyingPartyCatalogue).toExtend<readonly conformance.CatalogueEntry[]>();
expectTypeOf<conformance.RelyingPartyLibrary['checksTrust']>().toEqualTypeOf<boolean>();
