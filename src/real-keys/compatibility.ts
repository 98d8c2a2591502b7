/** Whether a case can run on a real key: as it is, not at all, or only at the price of what is on it. Nothing is sent for that. */
import type { ExpandedCase, StepCall } from '#scenario/language/expanded-case.ts';
import type { WireCommand } from '#scenario/language/schema/wire.ts';
import type { RealKeyFacts } from './find-key.ts';

/** `price`: what would be done to the key. `lacks`: why the case cannot be had on any key that exists, or not on this one. */
export type Fitness = { fits: true } | { lacks: string } | { price: string };

type Key = Pick<RealKeyFacts, 'pin' | 'options'>;

export function fitness(scenario: ExpandedCase, key: Key): Fitness {
  const lacks = emulatorOnly(scenario) ?? beyondHands(scenario) ?? beyondThisKey(scenario, key);
  if (lacks) return { lacks };
  const price = beginning(scenario, key) ?? destructiveStep(scenario);
  return price ? { price } : { fits: true };
}

/** What the case says of its key that only an emulator can become. */
function emulatorOnly({ authenticator, browser }: ExpandedCase): string | undefined {
  const wishes = {
    'authenticator.fmt': authenticator.fmt,
    'authenticator.algorithms': authenticator.algorithms,
    'authenticator.storage': authenticator.storage,
    'authenticator.defects': authenticator.defects?.length ? authenticator.defects : undefined,
    'authenticator.transport': authenticator.transport,
    'pin: blocked': authenticator.pin === 'blocked' || undefined,
    'browser.stack: native': browser.stack === 'native' || undefined,
  };
  const [wish] = Object.entries(wishes).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  return wish && `a real key cannot be brought into what the case wants (${wish})`;
}

/** Commands that wait for somebody. Every other is over before a hand is there. */
const unhurried: ReadonlySet<WireCommand> = new Set(['makeCredential', 'getAssertion', 'reset', 'selection']);

function beyondHands({ setup, steps, teardown }: ExpandedCase): string | undefined {
  for (const { keyword, args } of [...setup, ...steps, ...teardown]) {
    const during = keyword === 'unplug-key' ? args?.during : undefined;
    if (during && !unhurried.has(during)) return `nobody is quick enough to pull a key during ${during}`;
  }
  return undefined;
}

function beyondThisKey({ authenticator }: ExpandedCase, { pin, options }: Key): string | undefined {
  const wanted = authenticator.pin;
  if (typeof wanted === 'object' && pin.state === 'unsupported') return 'the case wants a PIN, and this key has none';
  const retries = typeof wanted === 'object' ? wanted.retries : undefined;
  if (retries !== undefined && retries !== pin.retries)
    return `the case wants ${retries} PIN retries left, and this key has ${pin.retries ?? 'none'}`;
  if (authenticator.fingerprints && options.uv !== true)
    return 'the case wants a fingerprint, and none is enrolled on this key';
  return undefined;
}

/** What it would take to begin as the case wants. A case that says nothing of a PIN means a key without one. */
function beginning({ authenticator }: ExpandedCase, { pin }: Key): string | undefined {
  const wantsPin = typeof authenticator.pin === 'object';
  if (pin.state === 'blocked') return 'it would be reset, since its PIN is blocked';
  if (!wantsPin && pin.state === 'set') return 'it would be reset, to have no PIN';
  if (wantsPin && pin.state === 'unset') return 'a PIN would be set on it';
  return undefined;
}

function destructiveStep({ authenticator, setup, steps, teardown }: ExpandedCase): string | undefined {
  let current = typeof authenticator.pin === 'object' ? authenticator.pin.set : undefined;
  for (const call of [...setup, ...steps, ...teardown]) {
    const typed = pinsTyped(call).filter(couldBePin);
    if (call.keyword === 'create-pin') return 'a PIN would be set on it';
    if (call.keyword === 'change-pin') return 'its PIN would be changed';
    if (typed.some((pin) => pin !== current)) return 'a wrong PIN would be tried';
    current = typed.at(-1) ?? current;
  }
  return undefined;
}

const pinsTyped = (call: StepCall): readonly string[] => (call.keyword === 'enter-pin' ? [call.args].flat() : []);

/** A shorter one never leaves the client, CTAP 2.1 section 6.5.1. */
const couldBePin = (text: string): boolean => [...text].length >= 4;
