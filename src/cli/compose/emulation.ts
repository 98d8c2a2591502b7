/** Emulated keys that other programs reach: what `touchstone emulate` lends. */

import { systemClock } from '#base/clock.ts';
import { UsageError } from '#base/errors.ts';
import {
  createAuthenticator,
  type DefectId,
  deviceTransports,
  personaOf,
  plugIn,
  type ServedKey,
  seededRandom,
  type TransportId,
  usbDeviceOf,
} from '#emulator';
import { ExchangeLog } from '#emulator-server/exchange-log.ts';
import { Hands } from '#emulator-server/gesture-controller.ts';
import { type OnlineKey, type OnlineKeyEvents, recorded } from '#emulator-server/served-key-session.ts';
import type { TouchHabit } from '#emulator-server/touch-policy.ts';
import type { WireExchange } from '#result/transcript.ts';
import { packetTimeoutMs } from '../lab/inside-lab.ts';
import { fitting } from './catalogue.ts';

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
    toServe: {
      inside,
      usb: usbDeviceOf(authenticator.persona),
      packetTimeoutMs: packetTimeoutMs(),
      wink: () => events.onWink(),
    },
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
