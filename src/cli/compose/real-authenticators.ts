/** The authenticators of a case on a real key: the key itself, and the emulated platform authenticator. */
import { neverAborted } from '#base/async.ts';
import { TransportError } from '#protocol/errors.ts';
import { KeyLifecycle } from '#real-keys/key-lifecycle.ts';
import { Presence } from '#real-keys/presence.ts';
import { RealKey } from '#real-keys/real-key.ts';
import type { PlannedKey } from '#real-keys/resolve-devices.ts';
import type { PartyEvent } from '#result/transcript.ts';
import type { ExpandedCase } from '#scenario/language/expanded-case.ts';
import type { Authenticators, BlockingReason, ProvideAuthenticators } from '#scenario/parties/key-under-test.ts';
import { InfrastructureError, RefusedError } from '#scenario/run/failures.ts';
import { listDevices, openDevice } from '#transport/registry.ts';
import { AuthenticatorList } from './authenticator-list.ts';
import { emulatorTrustAnchors } from './emulator-catalogue.ts';
import { createPlatformAuthenticators } from './platform-authenticator.ts';

export interface RealKeys {
  /** The keys of the run. */
  keys: readonly PlannedKey[];
  /** PINs by key id; updated when a case changes a PIN. */
  pins: Record<string, string>;
  /** How long the operator has for each action, in milliseconds. */
  gestureTimeoutMs: number;
}

/** Returns a provider of real keys. Everything that has to be done by hand is requested from the operator of the case. */
export const provideRealAuthenticators =
  ({ keys, pins, gestureTimeoutMs }: RealKeys): ProvideAuthenticators =>
  async (scenario, environment): Promise<Authenticators> => {
    const planned = findPlannedKey(keys, scenario);
    const presence = new Presence({ key: planned, listDevices, open: openDevice });
    const source = new AuthenticatorList();
    const keyEnvironment = { ...environment, onChange: source.notifyChange };
    const key = new RealKey({ ...keyEnvironment, key: planned, presence, gestureTimeoutMs, open: openDevice });
    const { pin } = scenario.authenticator;
    const scenarioPin = typeof pin === 'object' ? pin.set : undefined;
    const lifecycle = new KeyLifecycle({ key, policy: planned.policy, scenarioPin, pin: pins[planned.id] });
    key.setStateProvider(lifecycle);
    const all = [...createPlatformAuthenticators(scenario, keyEnvironment), key];
    source.setMembers(all);
    const preparation = await prepareKey(scenario, { key, presence, lifecycle });
    const secrets = [...new Set([pins[planned.id], lifecycle.pin].filter((secret) => secret !== undefined))];
    return {
      key,
      all,
      source,
      trustAnchors: emulatorTrustAnchors(),
      wire: () => [...key.wire],
      secrets,
      blockingReason: () => blockingReasonOf(key),
      failureSignal: key.connection.failureSignal,
      async cleanUp() {
        const cleaning = await lifecycle.cleanUp();
        updatePin(pins, planned.id, lifecycle.pin);
        return [...preparation, ...cleaning];
      },
      [Symbol.asyncDispose]: () => key.close(),
    };
  };

/** @throws {InfrastructureError} if the key of the case was not resolved before the run. */
function findPlannedKey(keys: readonly PlannedKey[], { authenticator, location }: ExpandedCase): PlannedKey {
  const planned = keys.find(({ selector }) => selector === authenticator.device);
  if (planned) return planned;
  const message = `The key ${authenticator.device} was not resolved before the run; start it with touchstone run`;
  throw new InfrastructureError(message, location);
}

interface KeyParts {
  key: RealKey;
  presence: Presence;
  lifecycle: KeyLifecycle;
}

/** The time limit of the case does not run yet; each action has the gesture timeout. */

/** Opens the key. If an earlier case left it unplugged, the operator plugs it in first. */
async function openKey(key: RealKey, presence: Presence): Promise<void> {
  try {
    await key.open();
  } catch (error) {
    if (!(error instanceof TransportError) || !(await presence.isAbsent())) throw error;
    await key.connect(neverAborted);
  }
}

/**
 * Opens the key and prepares the state that the case starts with. Returns what was done to it.
 * @throws {OperatorTimeout} if the operator did not act in time, {InfrastructureError} if the key cannot be used, {RefusedError} if the
 * owner has not permitted what the case needs.
 */
async function prepareKey(
  scenario: ExpandedCase,
  { key, presence, lifecycle }: KeyParts,
): Promise<readonly Omit<PartyEvent, 'atMs'>[]> {
  try {
    await openKey(key, presence);
    const events = await lifecycle.prepare();
    if (scenario.authenticator.connected === false) await key.disconnect(neverAborted);
    return events;
  } catch (cause) {
    await key.close();
    const [refusal] = key.connection.refusals;
    if (refusal) throw new RefusedError(refusal, scenario.location, { cause });
    if (!(cause instanceof TransportError)) throw cause;
    throw new InfrastructureError(`Cannot use ${key.facts.label}: ${cause.message}`, scenario.location, { cause });
  }
}

function blockingReasonOf({ connection, facts }: RealKey): BlockingReason | undefined {
  const [refusal] = connection.refusals;
  if (refusal) return { kind: 'refused', why: refusal };
  if (connection.unpluggedDuring === undefined) return undefined;
  return { kind: 'gone', why: `${facts.label} was unplugged during ${connection.unpluggedDuring}` };
}

function updatePin(pins: Record<string, string>, id: string, pin: string | undefined): void {
  if (pin === undefined) delete pins[id];
  else pins[id] = pin;
}
