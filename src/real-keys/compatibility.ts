/** Checks whether a case can run on a real key, without sending anything to the key. */
import type { ExpandedCase, StepCall } from '#scenario/language/expanded-case.ts';
import type { WireCommand } from '#scenario/language/schema/wire.ts';
import type { RealKeyFacts } from './find-key.ts';

/**
 * `compatible`: the case runs and does not change the key. `unsupported`: the reason why it cannot run on a real key, or not
 * on this one. `destructive`: what the case would do to the key, which needs the permission of its owner.
 */
export type Compatibility = { compatible: true } | { unsupported: string } | { destructive: string };

type Key = Pick<RealKeyFacts, 'pin' | 'options'>;

export function checkCompatibility(scenario: ExpandedCase, key: Key): Compatibility {
  const unsupported =
    findEmulatorOnlySetting(scenario) ?? findTooFastUnplug(scenario) ?? findMissingFeature(scenario, key);
  if (unsupported) return { unsupported };
  const destructive = findDestructivePreparation(scenario, key) ?? findDestructiveStep(scenario);
  return destructive ? { destructive } : { compatible: true };
}

/** Settings of the case that only the emulator can apply. */
function findEmulatorOnlySetting({ authenticator, browser }: ExpandedCase): string | undefined {
  const settings = {
    'authenticator.fmt': authenticator.fmt,
    'authenticator.algorithms': authenticator.algorithms,
    'authenticator.storage': authenticator.storage,
    'authenticator.defects': authenticator.defects?.length ? authenticator.defects : undefined,
    'authenticator.transport': authenticator.transport,
    'pin: blocked': authenticator.pin === 'blocked' || undefined,
    'browser.stack: native': browser.stack === 'native' || undefined,
  };
  const [name] = Object.entries(settings).flatMap(([setting, value]) => (value === undefined ? [] : [setting]));
  return name && `A real key cannot be put into the state that the case requires (${name})`;
}

/** Commands that wait for the user. All others finish before a person can unplug the key. */
const interactiveCommands: ReadonlySet<WireCommand> = new Set(['makeCredential', 'getAssertion', 'reset', 'selection']);

function findTooFastUnplug({ setup, steps, teardown }: ExpandedCase): string | undefined {
  for (const { keyword, args } of [...setup, ...steps, ...teardown]) {
    const during = keyword === 'unplug-key' ? args?.during : undefined;
    if (during && !interactiveCommands.has(during)) return `A real key cannot be unplugged by hand during ${during}`;
  }
  return undefined;
}

function findMissingFeature({ authenticator }: ExpandedCase, { pin, options }: Key): string | undefined {
  const required = authenticator.pin;
  if (typeof required === 'object' && pin.state === 'unsupported')
    return 'The case requires a PIN, and this key does not support one';
  const retries = typeof required === 'object' ? required.retries : undefined;
  if (retries !== undefined && retries !== pin.retries)
    return `The case requires ${retries} PIN retries left, and this key has ${pin.retries ?? 'none'}`;
  if (authenticator.fingerprints && options.uv !== true)
    return 'The case requires a fingerprint, and none is enrolled on this key';
  return undefined;
}

/** What has to be done to the key before the first step. A case without `authenticator.pin` requires a key without a PIN. */
function findDestructivePreparation({ authenticator }: ExpandedCase, { pin }: Key): string | undefined {
  const requiresPin = typeof authenticator.pin === 'object';
  if (pin.state === 'blocked') return 'The key would be reset because its PIN is blocked';
  if (!requiresPin && pin.state === 'set') return 'The key would be reset to remove its PIN';
  if (requiresPin && pin.state === 'unset') return 'A PIN would be set on the key';
  return undefined;
}

function findDestructiveStep({ authenticator, setup, steps, teardown }: ExpandedCase): string | undefined {
  let current = typeof authenticator.pin === 'object' ? authenticator.pin.set : undefined;
  for (const call of [...setup, ...steps, ...teardown]) {
    const typed = pinsEnteredBy(call).filter(isLongEnough);
    if (call.keyword === 'create-pin') return 'A PIN would be set on the key';
    if (call.keyword === 'change-pin') return 'The PIN of the key would be changed';
    if (typed.some((pin) => pin !== current)) return 'A wrong PIN would be tried';
    current = typed.at(-1) ?? current;
  }
  return undefined;
}

const pinsEnteredBy = (call: StepCall): readonly string[] => (call.keyword === 'enter-pin' ? [call.args].flat() : []);

/** The client does not send a PIN that is shorter than the minimum, CTAP 2.1 section 6.5.1. */
const isLongEnough = (pin: string): boolean => [...pin].length >= 4;
