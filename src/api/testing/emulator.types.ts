/** Type tests of `touchstone/emulator`: the compiler checks this file, nothing runs it. */
import { expectTypeOf } from 'vitest';
import * as emulator from '#emulator';

expectTypeOf(emulator.createAuthenticator).parameter(0).toEqualTypeOf<emulator.AuthenticatorOptions>();
expectTypeOf(emulator.createAuthenticator).returns.toEqualTypeOf<emulator.Authenticator>();
expectTypeOf<emulator.AuthenticatorOptions['persona']>().toEqualTypeOf<emulator.PersonaId | emulator.Persona>();
expectTypeOf<emulator.AuthenticatorOptions['defects']>().toEqualTypeOf<readonly emulator.DefectId[] | undefined>();
expectTypeOf<'flags.up-missing'>().toExtend<emulator.DefectId>();
expectTypeOf<'yubikey-5-nfc'>().toExtend<emulator.PersonaId>();
expectTypeOf(emulator.personaOf).returns.toEqualTypeOf<emulator.Persona>();
expectTypeOf(emulator.findOptionProblems).returns.toEqualTypeOf<emulator.OptionProblem[]>();

expectTypeOf(emulator.plugIn).parameter(0).toEqualTypeOf<emulator.Authenticator>();
expectTypeOf(emulator.plugIn).returns.toEqualTypeOf<emulator.PluggedDevice>();
expectTypeOf<emulator.PluggedDevice['unplug']>().toBeFunction();
expectTypeOf<emulator.Authenticator['inspect']>().returns.toEqualTypeOf<emulator.Inspection>();
expectTypeOf<emulator.Authenticator['exportState']>().returns.toEqualTypeOf<emulator.AuthenticatorStateJson>();
expectTypeOf<emulator.AuthenticatorStateJson['version']>().toEqualTypeOf<1>();

expectTypeOf<'granted' | 'denied' | 'timeout' | 'no-match'>().toExtend<emulator.GestureOutcome>();
expectTypeOf<emulator.ManualGestures>().toExtend<emulator.GestureSource>();
expectTypeOf(emulator.autoTouch).toExtend<emulator.GestureSource>();
expectTypeOf(emulator.touchAfter).returns.toExtend<emulator.GestureSource>();
expectTypeOf<emulator.AdjustableClock>().toExtend<emulator.Clock>();
expectTypeOf(emulator.seededRandom).toEqualTypeOf<(seed: string) => emulator.Random>();

expectTypeOf(emulator.encodeCbor).returns.toExtend<Uint8Array>();
expectTypeOf(emulator.decodeCbor).parameter(0).toEqualTypeOf<Uint8Array>();
expectTypeOf(emulator.toPem).returns.toEqualTypeOf<string>();
expectTypeOf(emulator.serveUdp).returns.resolves.toExtend<emulator.ServedKey>();
expectTypeOf<emulator.UsageError>().toExtend<Error>();
expectTypeOf<emulator.TransportError['kind']>().toExtend<string>();
