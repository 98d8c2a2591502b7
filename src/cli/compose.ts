/** The one place that wires the rooms together: what the emulator offers becomes the vocabulary and the authenticators of scenarios. */

import { dialogProfiles } from '#browser/dialog-profiles.ts';
import {
  type AttestationChoice,
  type AuthenticatorOptions,
  createAuthenticator,
  type DefectId,
  defectGroups,
  defects,
  denyTouch,
  deviceTransports,
  type Fault,
  type KeyInside,
  ManualGestures,
  type Persona,
  type PersonaId,
  personaOf,
  personas,
  plugIn,
  type ServedKey,
  seededRandom,
  type TransportId,
  trustAnchors,
  usbDeviceOf,
} from '#emulator';
import { TransportError, UsageError } from '#protocol/errors.ts';
import { type Clock, type Random, systemClock } from '#protocol/seams.ts';
import { modelName } from '#relying-party/authenticator-models.ts';
import type { WireExchange } from '#result/transcript.ts';
import type { Vocabulary } from '#scenario/expand.ts';
import type { ExpandedCase } from '#scenario/expanded-case.ts';
import type { Authenticators, ProvideAuthenticators } from '#scenario/key-under-test.ts';
import type { ScenarioAccident } from '#scenario/schema/authenticator.ts';
import { ExchangeLog } from './emulate/exchange-log.ts';
import { Hands } from './emulate/hands.ts';
import { type OnlineKey, type OnlineKeyEvents, recorded } from './emulate/online-key.ts';
import type { TouchHabit } from './emulate/touch-habit.ts';
import { EmulatedKey } from './emulated-key.ts';

export { defectGroups, deviceTransports, type Persona, personas };

/** An authenticator as it comes from the factory, whose user declines every gesture. */
export const freshAuthenticator = (persona: Persona) => createAuthenticator({ persona, gestures: denyTouch });

/** Our own plain key with other algorithms or another attestation, touched at once. */
export const authenticatorWith = (changes: Pick<AuthenticatorOptions, 'algorithms' | 'attestation'>) =>
  createAuthenticator({ persona: 'touchstone-key', ...changes });

/** What `touchstone emulate` was asked for. */
export interface EmulationOptions {
  /** Models, a key of each. */
  persona: readonly string[];
  pin?: string;
  /** File in which the state is kept; the second key's has `.2` behind its name. */
  state?: string;
  seed?: string;
  defect: readonly string[];
  touch: TouchHabit;
  transport: TransportId;
  /** 0 takes a free one. */
  port?: number;
}

/** Emulated keys that other programs reach; disposing it ends them. */
export interface Emulation extends AsyncDisposable {
  readonly keys: readonly OnlineKey[];
}

/**
 * Lends a key of each persona to other programs. `eventsOf` gives whoever watches the key with a number, `1` for the first.
 * @throws {UsageError} for an unknown persona or defect, or more keys than the transport carries; {TransportError} when the transport cannot be had;
 * {UnavailableError} while another process uses a state's file.
 */
export async function serveEmulated(
  options: EmulationOptions,
  eventsOf: (id: string) => OnlineKeyEvents,
): Promise<Emulation> {
  const { several, serve } = deviceTransports[options.transport];
  const [first, ...others] = options.persona.map((persona, index) =>
    emulated(persona, `${index + 1}`, options, eventsOf),
  );
  if (!first) throw new UsageError('cannot emulate nothing: a persona is wanted');
  if (others.length > 0 && !several)
    throw new UsageError(
      `${options.transport} carries one key, ${others.length + 1} were asked for; usbip carries several`,
    );
  const all = [first, ...others] as const;
  const random = options.seed === undefined ? undefined : seededRandom(options.seed);
  const letGo = () => {
    for (const { authenticator } of all) authenticator[Symbol.dispose]();
  };
  const served = await serve([first.toServe, ...others.map(({ toServe }) => toServe)], {
    port: options.port,
    random,
  }).catch((error: unknown) => {
    letGo();
    throw error;
  });
  return {
    keys: all.flatMap(({ online }, index) => (served[index] ? [online(served[index])] : [])),
    async [Symbol.asyncDispose]() {
      for (const each of served) await each[Symbol.asyncDispose]();
      letGo();
    },
  };
}

/** One key before it is served, and how it is seen afterwards. */
function emulated(
  persona: string,
  id: string,
  { pin, state, seed, touch, transport, defect }: EmulationOptions,
  eventsOf: (id: string) => OnlineKeyEvents,
) {
  const events = eventsOf(id);
  const log = new ExchangeLog();
  const hands = new Hands(systemClock, touch, (question) => events.onQuestion(question));
  const own = (text: string | undefined) => (text === undefined || id === '1' ? text : `${text}.${id}`);
  const seedOfIts = own(seed);
  const authenticator = createAuthenticator({
    persona: fitting(personaOf(persona), deviceTransports[transport].longestMessage),
    defects: defect as DefectId[],
    gestures: hands,
    pin,
    state: own(state),
    random: seedOfIts === undefined ? undefined : seededRandom(seedOfIts),
  });
  const { processU2f, sendsKeepalives } = authenticator;
  const onExchange = (exchange: WireExchange) => {
    log.add(exchange, new Date(systemClock.now()));
    events.onExchange(exchange);
  };
  const inside = recorded({ cable: plugIn(authenticator), processU2f, sendsKeepalives }, onExchange);
  const { label, builtInUv } = authenticator.persona;
  const about = { id, persona, label, readsFingerprints: builtInUv?.uvModality === fingerprint, hands, log };
  return {
    authenticator,
    toServe: { inside, usb: usbDeviceOf(authenticator.persona), wink: () => events.onWink() },
    online: (served: ServedKey): OnlineKey =>
      Object.assign(served, about, { look: () => authenticator.inspect() }, plugOf(served, events)),
  };
}

/** The registry's value for a fingerprint reader, FIDO Registry of Predefined Values section 3.1. */
const fingerprint = 0x02;

/** The plug, with somebody who hears of it. */
function plugOf(served: ServedKey, events: OnlineKeyEvents): Pick<OnlineKey, 'unplug' | 'replug' | 'powerCycle'> {
  const { unplug, replug, powerCycle } = served;
  return {
    unplug() {
      if (!served.plugged) return;
      unplug();
      events.onPower('off');
    },
    replug() {
      if (served.plugged) return;
      replug();
      events.onPower('on');
    },
    powerCycle() {
      powerCycle();
      events.onPower('cycle');
    },
  };
}

/** The model, with messages that its transport carries whole. */
const fitting = (persona: Persona, longestMessage = persona.maxMsgSize): Persona => ({
  ...persona,
  maxMsgSize: Math.min(persona.maxMsgSize, longestMessage),
});

/** What a model is called: real ones by the table of the relying party, our own by their persona. */
export const modelNameOf = (aaguid: string): string | undefined =>
  modelName(aaguid) ?? Object.values(personas).find((persona) => persona.aaguid === aaguid)?.label;

/** Names that scenarios may use. */
export const vocabulary = {
  personas: Object.fromEntries(Object.entries(personas).map(([id, { label, aaguid }]) => [id, { id, label, aaguid }])),
  dialogs: Object.keys(dialogProfiles),
  defects: Object.keys(defects),
} satisfies Vocabulary;

const defaultPersona: PersonaId = 'yubikey-5-nfc';

/** Roots under which the emulated models attest, DER. */
export const emulatorRoots = (): Uint8Array[] => trustAnchors();

/** Provides emulated authenticators. */
export const provideEmulated: ProvideAuthenticators = async (scenario, seams): Promise<Authenticators> => {
  const listeners = new Set<() => void>();
  const onChange = () => {
    for (const listener of listeners) listener();
  };
  const wiring = { ...seams, onChange };
  const { key, lend } = securityKey(scenario, wiring);
  const lent = await lend();
  const all = scenario.thisDevice
    ? [platformAuthenticator(scenario.thisDevice.persona as PersonaId, wiring), key]
    : [key];
  return {
    key,
    all,
    trustAnchors: trustAnchors(),
    wire: () => key.wire,
    source: {
      list: () => all.flatMap(({ available }) => available ?? []),
      onChange(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    [Symbol.asyncDispose]: async () => lent?.[Symbol.asyncDispose](),
  };
};

interface Wiring {
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
    onChange() {
      if (key.connected) served?.replug();
      else served?.unplug();
      onChange();
    },
    elapsedMs,
  });
  const lend = async () => {
    if (!transport) return undefined;
    const inside = lentInside(key, emulated);
    const lent = { inside, usb: usbDeviceOf(emulated.persona) };
    [served] = await deviceTransports[transport].serve([lent], { clock, random });
    if (!key.connected) served?.unplug();
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
