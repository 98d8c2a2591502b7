/** Emulated authenticators for a case: the security key that the scenario describes, and the platform authenticator. */
import {
  type Authenticator,
  type AuthenticatorBackend,
  createAuthenticator,
  deviceTransports,
  type Fault,
  ManualGestures,
  plugIn,
  type ServedKey,
  trustAnchors,
  usbDeviceOf,
} from '#emulator';
import { TransportError } from '#protocol/errors.ts';
import type { ExpandedCase } from '#scenario/language/expanded-case.ts';
import type { ScenarioCommandFault } from '#scenario/language/schema/authenticator.ts';
import type { Authenticators, ProvideAuthenticators } from '#scenario/parties/key-under-test.ts';
import { packetTimeoutMs } from '../lab/inside-lab.ts';
import { AuthenticatorList } from './authenticator-list.ts';
import { personaIdOf, toAuthenticatorOptions } from './authenticator-options.ts';
import { EmulatedKey } from './emulated-key.ts';
import { limitMessageSize } from './emulator-catalogue.ts';
import { createPlatformAuthenticators, factsOf, type KeyEnvironment } from './platform-authenticator.ts';
import { attachUsbip } from './usbip-attach.ts';

type AuthenticatorOfCase = ExpandedCase['authenticator'];

export const provideEmulatedAuthenticators: ProvideAuthenticators = async (
  scenario,
  environment,
): Promise<Authenticators> => {
  const source = new AuthenticatorList();
  const keyEnvironment = { ...environment, onChange: source.notifyChange };
  const { key, serve } = createSecurityKey(scenario.authenticator, keyEnvironment);
  const served = await serve();
  const all = [...createPlatformAuthenticators(scenario, keyEnvironment), key];
  source.setMembers(all);
  return {
    key,
    all,
    trustAnchors: trustAnchors(),
    wire: () => key.wire,
    secrets: [],
    blockingReason: () => undefined,
    failureSignal: new AbortController().signal,
    cleanUp: async () => [],
    source,
    [Symbol.asyncDispose]: async () => served?.[Symbol.asyncDispose](),
  };
};

/** Returns the key of the case. `serve` connects it to the operating system if the case has a transport. */
function createSecurityKey(authenticator: AuthenticatorOfCase, environment: KeyEnvironment) {
  const { clock, random, elapsedMs, onChange } = environment;
  const { transport } = authenticator;
  const gestures = new ManualGestures();
  const emulated = createEmulatedAuthenticator(authenticator, environment, gestures);
  let served: ServedKey | undefined;
  const key = new EmulatedKey({
    facts: factsOf(personaIdOf(authenticator)),
    kind: 'security-key',
    device: plugIn(emulated),
    gestures,
    inspect: () => emulated.inspect(),
    connected: authenticator.connected ?? true,
    async onChange() {
      if (key.connected) served?.replug();
      else served?.unplug();
      onChange();
      if (served?.plugged) await attachUsbip(served);
    },
    elapsedMs,
  });
  const serve = async () => {
    if (!transport) return undefined;
    const keyToServe = {
      authenticator: createRecordedBackend(key, emulated),
      usb: usbDeviceOf(emulated.persona),
      packetTimeoutMs: packetTimeoutMs(),
    };
    [served] = await deviceTransports[transport].serve([keyToServe], { clock, random });
    if (!key.connected) served?.unplug();
    else if (served) await attachUsbip(served);
    return served;
  };
  return { key, serve };
}

/** Creates the authenticator with the persona, PIN, algorithms and defects of the scenario. */
function createEmulatedAuthenticator(
  authenticator: AuthenticatorOfCase,
  { clock, random }: Pick<KeyEnvironment, 'clock' | 'random'>,
  gestures: ManualGestures,
): Authenticator {
  const { transport, defects = [] } = authenticator;
  const { persona, ...options } = toAuthenticatorOptions(authenticator);
  const emulated = createAuthenticator({
    ...options,
    persona: transport ? limitMessageSize(persona, deviceTransports[transport].maxMessageLength) : persona,
    clock,
    random,
    gestures,
  });
  for (const defect of defects) if (typeof defect === 'object') emulated.faults.plan(toFault(defect));
  return emulated;
}

/** Returns a backend for the served key whose messages go through `key`, so that they are recorded. */
function createRecordedBackend(key: EmulatedKey, emulated: Authenticator): AuthenticatorBackend {
  const process =
    (function_: 'transact' | 'transactU2f'): AuthenticatorBackend['process'] =>
    async (message, { signal, keepalive, channel } = {}) => {
      const send = key.available?.device[function_];
      if (!send) throw new TransportError('disconnected', 'The key is not plugged in');
      return send(message, { signal, onKeepalive: keepalive, channel });
    };
  return {
    process: process('transact'),
    processU2f: emulated.processU2f && process('transactU2f'),
    sendsKeepalives: emulated.sendsKeepalives,
    alterPackets: emulated.alterPackets,
    transportFaults: emulated.transportFaults,
    powerCycle: () => emulated.powerCycle(),
  };
}

/** Converts a fault in the notation of scenarios to one of the emulator. */
function toFault({ at, when, do: effect }: ScenarioCommandFault): Fault {
  const command = `authenticator${at.charAt(0).toUpperCase()}${at.slice(1)}` as Fault['at'];
  const moment = typeof when === 'object' ? { afterKeepalives: when['after-keepalives'] } : when;
  return { at: command, do: effect, ...(moment && { when: moment }) };
}
