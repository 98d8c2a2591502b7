/** The authenticators of a case on a real key: the key itself, and beside it the emulated one that is built into the computer. */
import { TransportError } from '#protocol/errors.ts';
import { KeyCare } from '#real-keys/key-lifecycle.ts';
import { Presence } from '#real-keys/presence.ts';
import { RealKey } from '#real-keys/real-key.ts';
import type { PlannedKey } from '#real-keys/resolve-devices.ts';
import type { PartyEvent } from '#result/transcript.ts';
import type { ExpandedCase } from '#scenario/language/expanded-case.ts';
import type { Authenticators, KeyObstacle, ProvideAuthenticators } from '#scenario/parties/key-under-test.ts';
import { InfrastructureError, RefusedError } from '#scenario/run/failures.ts';
import { listDevices, openDevice } from '#transport/registry.ts';
import { ShownAuthenticators } from './authenticator-list.ts';
import { thisDevice } from './case-authenticators.ts';
import { emulatorRoots } from './catalogue.ts';

/** The keys of a run. `pins` follows what cases do with them. */
export interface RealKeys {
  keys: readonly PlannedKey[];
  pins: Record<string, string>;
  /** How long somebody has for each thing that is asked of them. */
  patienceMs: number;
}

/** Provides real keys; what hands have to do is asked of the operator of the case. */
export const provideReal =
  ({ keys, pins, patienceMs }: RealKeys): ProvideAuthenticators =>
  async (scenario, seams): Promise<Authenticators> => {
    const planned = keys.find(({ which }) => which === scenario.authenticator.device);
    if (!planned)
      throw new InfrastructureError(
        'the run has not met the key of this case; start it with touchstone run',
        scenario.location,
      );
    const presence = new Presence({ key: planned, listDevices, open: openDevice });
    const source = new ShownAuthenticators();
    const wiring = { ...seams, onChange: source.changed };
    const key = new RealKey({ ...wiring, key: planned, presence, patienceMs, open: openDevice });
    const { pin } = scenario.authenticator;
    const scenarioPin = typeof pin === 'object' ? pin.set : undefined;
    const care = new KeyCare({ key, permit: planned.permit, scenarioPin, pin: pins[planned.id] });
    key.known(care);
    const all = [...thisDevice(scenario, wiring), key];
    source.show(all);
    const before = await begin(scenario, { key, presence, care });
    const secrets = [...new Set([pins[planned.id], care.pin].filter((secret) => secret !== undefined))];
    return {
      key,
      all,
      source,
      trustAnchors: emulatorRoots(),
      wire: () => [...key.wire],
      secrets,
      obstacle: () => obstacleAt(key),
      trouble: key.trouble,
      async tidy() {
        const after = await care.tidy();
        remember(pins, planned.id, care.pin);
        return [...before, ...after];
      },
      [Symbol.asyncDispose]: () => key.close(),
    };
  };

interface KeyAtHand {
  key: RealKey;
  presence: Presence;
  care: KeyCare;
}

/** The case has no time limit yet; whoever is asked has their patience. */
const unending = new AbortController().signal;

/** Opens the key; one that another case has left unplugged has to be plugged in first. */
async function atHand(key: RealKey, presence: Presence): Promise<void> {
  try {
    await key.open();
  } catch (error) {
    if (!(error instanceof TransportError) || !(await presence.isAway())) throw error;
    await key.connect(unending);
  }
}

/**
 * @throws {NobodyActed} when hands were missing, {InfrastructureError} when the key cannot be used, {RefusedError} when its owner has
 * not allowed what the case begins with.
 */
async function begin(
  scenario: ExpandedCase,
  { key, presence, care }: KeyAtHand,
): Promise<readonly Omit<PartyEvent, 'atMs'>[]> {
  try {
    await atHand(key, presence);
    const events = await care.prepare();
    if (scenario.authenticator.connected === false) await key.disconnect(unending);
    return events;
  } catch (cause) {
    await key.close();
    const [refusal] = key.refusals;
    if (refusal) throw new RefusedError(refusal, scenario.location, { cause });
    if (!(cause instanceof TransportError)) throw cause;
    throw new InfrastructureError(`cannot use ${key.facts.label}: ${cause.message}`, scenario.location, { cause });
  }
}

function obstacleAt(key: RealKey): KeyObstacle | undefined {
  const [refusal] = key.refusals;
  if (refusal) return { kind: 'refused', why: refusal };
  if (key.pulledDuring === undefined) return undefined;
  return { kind: 'gone', why: `${key.facts.label} was pulled during ${key.pulledDuring}` };
}

function remember(pins: Record<string, string>, id: string, pin: string | undefined): void {
  if (pin === undefined) delete pins[id];
  else pins[id] = pin;
}
