/** The emulated authenticators of a scenario's case: what it says of its key and of the device becomes an emulator behind a cable. */

import type { Clock } from '#base/clock.ts';
import type { Random } from '#base/random.ts';
import {
  type AttestationChoice,
  createAuthenticator,
  type DefectId,
  deviceTransports,
  type Fault,
  type KeyInside,
  ManualGestures,
  type PersonaId,
  personaOf,
  personas,
  plugIn,
  type ServedKey,
  trustAnchors,
  usbDeviceOf,
} from '#emulator';
import { TransportError } from '#protocol/errors.ts';
import type { ExpandedCase } from '#scenario/language/expanded-case.ts';
import type { ScenarioAccident } from '#scenario/language/schema/authenticator.ts';
import type { Authenticators, ProvideAuthenticators } from '#scenario/parties/key-under-test.ts';
import { packetTimeoutMs } from '../lab/inside-lab.ts';
import { ShownAuthenticators } from './authenticator-list.ts';
import { fitting } from './catalogue.ts';
import { EmulatedKey } from './emulated-key.ts';
import { giveToSystem } from './usbip-attach.ts';

const defaultPersona: PersonaId = 'yubikey-5-nfc';

/** Provides emulated authenticators. */
export const provideEmulated: ProvideAuthenticators = async (scenario, seams): Promise<Authenticators> => {
  const source = new ShownAuthenticators();
  const wiring = { ...seams, onChange: source.changed };
  const { key, lend } = securityKey(scenario, wiring);
  const lent = await lend();
  const all = [...thisDevice(scenario, wiring), key];
  source.show(all);
  return {
    key,
    all,
    trustAnchors: trustAnchors(),
    wire: () => key.wire,
    secrets: [],
    obstacle: () => undefined,
    trouble: new AbortController().signal,
    tidy: async () => [],
    source,
    [Symbol.asyncDispose]: async () => lent?.[Symbol.asyncDispose](),
  };
};

export interface Wiring {
  clock: Clock;
  random: Random;
  elapsedMs: () => number;
  onChange: () => void;
}

/** The key of the case, and a way to plug it into this machine where the case wants that. */
function securityKey({ authenticator }: ExpandedCase, { clock, random, elapsedMs, onChange }: Wiring) {
  const persona = (authenticator.persona ?? defaultPersona) as PersonaId;
  const { transport } = authenticator;
  let served: ServedKey | undefined;
  const hands = new ManualGestures();
  const { pin } = authenticator;
  const emulated = createAuthenticator({
    persona: transport ? fitting(personaOf(persona), deviceTransports[transport].longestMessage) : persona,
    clock,
    random,
    gestures: hands,
    ...(typeof pin === 'object' && { pin: pin.set, retries: pin.retries }),
    ...(pin === 'blocked' && { pin: '0000', retries: 0 }),
    ...(authenticator.fingerprints !== undefined && { uvEnrolled: authenticator.fingerprints > 0 }),
    ...(authenticator.fmt && { attestation: choiceOf(authenticator.fmt) }),
    ...(authenticator.algorithms && { algorithms: authenticator.algorithms }),
    ...(authenticator.storage !== undefined && { credentialCapacity: authenticator.storage }),
    defects: (authenticator.defects ?? []).filter((defect): defect is DefectId => typeof defect === 'string'),
  });
  for (const defect of authenticator.defects ?? [])
    if (typeof defect === 'object') emulated.faults.plan(faultOf(defect));
  const key = new EmulatedKey({
    facts: factsOf(persona),
    kind: 'security-key',
    cable: plugIn(emulated),
    hands,
    look: () => emulated.inspect(),
    connected: authenticator.connected ?? true,
    async onChange() {
      if (key.connected) served?.replug();
      else served?.unplug();
      onChange();
      if (served?.plugged) await giveToSystem(served);
    },
    elapsedMs,
  });
  const lend = async () => {
    if (!transport) return undefined;
    const inside = lentInside(key, emulated);
    const lent = { inside, usb: usbDeviceOf(emulated.persona), packetTimeoutMs: packetTimeoutMs() };
    [served] = await deviceTransports[transport].serve([lent], { clock, random });
    if (!key.connected) served?.unplug();
    else if (served) await giveToSystem(served);
    return served;
  };
  return { key, lend };
}

/** What the system sends goes over the recorded wire of the key. */
function lentInside(key: EmulatedKey, emulated: ReturnType<typeof createAuthenticator>): KeyInside {
  return {
    async process(message, { signal, keepalive } = {}) {
      const { available } = key;
      if (!available) throw new TransportError('disconnected', 'the key is not plugged in');
      return available.device.transact(message, { signal, onKeepalive: keepalive });
    },
    processU2f: emulated.processU2f,
    sendsKeepalives: emulated.sendsKeepalives,
    powerCycle: () => emulated.powerCycle(),
  };
}

/** Scenarios call the certified kind simply `packed`. */
const choiceOf = (fmt: NonNullable<ExpandedCase['authenticator']['fmt']>): AttestationChoice =>
  fmt === 'packed' ? 'packed-basic' : fmt;

/** An accident as a scenario says it, in the emulator's words. */
function faultOf({ at, when, do: effect }: ScenarioAccident): Fault {
  const command = `authenticator${at.charAt(0).toUpperCase()}${at.slice(1)}` as Fault['at'];
  const moment = typeof when === 'object' ? { afterKeepalives: when['after-keepalives'] } : when;
  return { at: command, do: effect, ...(moment && { when: moment }) };
}

/** The authenticator built into the computer, where the case has one. */
export const thisDevice = ({ thisDevice: named }: ExpandedCase, wiring: Wiring): EmulatedKey[] =>
  named ? [platformAuthenticator(named.persona as PersonaId, wiring)] : [];

function platformAuthenticator(persona: PersonaId, { clock, random, elapsedMs, onChange }: Wiring): EmulatedKey {
  const hands = new ManualGestures();
  const emulated = createAuthenticator({ persona, clock, random, gestures: hands });
  return new EmulatedKey({
    facts: factsOf(persona),
    kind: 'this-device',
    cable: plugIn(emulated, { transport: 'internal' }),
    hands,
    look: () => emulated.inspect(),
    connected: true,
    onChange,
    elapsedMs,
  });
}

function factsOf(persona: PersonaId) {
  const { id, label, aaguid } = personas[persona];
  return { id, label, aaguid };
}
