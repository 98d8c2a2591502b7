/** Emulated keys that other programs reach: the keys of `touchstone emulate`. */
import { systemClock } from '#base/clock.ts';
import { UsageError } from '#base/errors.ts';
import {
  createAuthenticator,
  type DefectId,
  deviceTransports,
  personaOf,
  plugIn,
  readsFingerprints,
  type ServedKey,
  seededRandom,
  type TransportId,
  usbDeviceOf,
} from '#emulator';
import { ExchangeLog } from '#emulator-server/exchange-log.ts';
import { GestureController } from '#emulator-server/gesture-controller.ts';
import { recordExchanges } from '#emulator-server/record-exchanges.ts';
import type { ServedKeyEvents, ServedKeySession } from '#emulator-server/served-key-session.ts';
import type { TouchPolicy } from '#emulator-server/touch-policy.ts';
import type { WireExchange } from '#result/transcript.ts';
import { packetTimeoutMs } from '../lab/inside-lab.ts';
import { limitMessageSize } from './emulator-catalogue.ts';

/** The options of `touchstone emulate`. */
export interface EmulationOptions {
  /** Ids of personas; one key is served for each. */
  persona: readonly string[];
  pin?: string;
  /** File of the state. The second key uses the same name with `.2` appended, and so on. */
  state?: string;
  /** Makes keys and ids reproducible. The second key uses the same seed with `.2` appended, and so on. */
  seed?: string;
  defect: readonly string[];
  touch: TouchPolicy;
  transport: TransportId;
  /** 0 picks a free port. */
  port?: number;
}

/** Served keys. Disposing it unplugs them and stops their server. */
export interface Emulation extends AsyncDisposable {
  readonly keys: readonly ServedKeySession[];
}

/**
 * Serves one key for each persona to other programs. `createEvents` returns the listener for the key with a number, from `1`.
 * @throws {UsageError} for an unknown persona or defect, or for more keys than the transport serves; {TransportError} if the
 * transport cannot be used; {UnavailableError} while another process uses a state file.
 */
export async function serveEmulated(
  options: EmulationOptions,
  createEvents: (id: string) => ServedKeyEvents,
): Promise<Emulation> {
  const { servesMultipleKeys, serve } = deviceTransports[options.transport];
  const count = options.persona.length;
  if (count > 1 && !servesMultipleKeys)
    throw new UsageError(`The transport ${options.transport} serves one key, got ${count}; usbip serves several`);
  const [first, ...others] = options.persona.map((persona, index) => {
    const id = `${index + 1}`;
    return createKey(persona, id, options, createEvents(id));
  });
  if (!first) throw new UsageError('Expected at least one persona, got none');
  const all = [first, ...others] as const;
  const closeStates = () => {
    for (const { authenticator } of all) authenticator[Symbol.dispose]();
  };
  const random = options.seed === undefined ? undefined : seededRandom(options.seed);
  const served = await serve([first.keyToServe, ...others.map(({ keyToServe }) => keyToServe)], {
    port: options.port,
    random,
  }).catch((error: unknown) => {
    closeStates();
    throw error;
  });
  return {
    keys: all.flatMap(({ createSession }, index) => (served[index] ? [createSession(served[index])] : [])),
    async [Symbol.asyncDispose]() {
      for (const each of served) await each[Symbol.asyncDispose]();
      closeStates();
    },
  };
}

/** Creates a key: its authenticator, the object that is served, and its session when it is served. */
function createKey(persona: string, id: string, options: EmulationOptions, events: ServedKeyEvents) {
  const { pin, state, seed, touch, transport, defect } = options;
  const log = new ExchangeLog();
  const gestures = new GestureController(systemClock, touch, (request) => events.onGestureRequest(request));
  const withKeyNumber = (text: string | undefined) => (text === undefined || id === '1' ? text : `${text}.${id}`);
  const keySeed = withKeyNumber(seed);
  const authenticator = createAuthenticator({
    persona: limitMessageSize(personaOf(persona), deviceTransports[transport].maxMessageLength),
    defects: defect as DefectId[],
    gestures,
    pin,
    state: withKeyNumber(state),
    random: keySeed === undefined ? undefined : seededRandom(keySeed),
  });
  const { sendsKeepalives, alterPackets, transportFaults } = authenticator;
  const onExchange = (exchange: WireExchange) => {
    log.add(exchange, new Date(systemClock.now()));
    events.onExchange(exchange);
  };
  const recorded = recordExchanges(plugIn(authenticator), onExchange);
  const facts = {
    id,
    persona,
    label: authenticator.persona.label,
    readsFingerprints: readsFingerprints(authenticator.persona),
    gestures,
    log,
  };
  return {
    authenticator,
    keyToServe: {
      authenticator: { ...recorded, sendsKeepalives, alterPackets, transportFaults },
      usb: usbDeviceOf(authenticator.persona),
      packetTimeoutMs: packetTimeoutMs(),
      wink: () => events.onWink(),
    },
    createSession: (served: ServedKey): ServedKeySession =>
      Object.assign(served, facts, { inspect: () => authenticator.inspect() }, withPowerEvents(served, events)),
  };
}

/** Returns the plug functions of `served`; each also emits a power event. */
function withPowerEvents(
  served: ServedKey,
  events: ServedKeyEvents,
): Pick<ServedKeySession, 'unplug' | 'replug' | 'powerCycle'> {
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
