/** What a power cycle does to the state: the volatile state starts again, and the persistent state stays. Some defects change either. */
import type { Clock } from '#base/clock.ts';
import type { Rules } from './fault-hooks.ts';
import { createPersistentState, createVolatileState } from './initial-state.ts';
import type { PersistentState, State, VolatileState } from './state.ts';

/** Returns the volatile state after a power cycle; with some defects, parts of the state before it stay. */
export function restartVolatileState(before: VolatileState, clock: Clock, rules: Rules): VolatileState {
  const after = createVolatileState(clock);
  for (const version of [1, 2] as const) {
    if (!rules.renewKeyAgreementAtPowerUp)
      after.protocols[version].keyAgreement = before.protocols[version].keyAgreement;
    if (!rules.revokeTokensAtPowerUp) after.protocols[version].token = before.protocols[version].token;
  }
  if (!rules.unlockPinAtPowerUp) after.consecutiveWrongPins = before.consecutiveWrongPins;
  return after;
}

/** The parts of the persistent state that a power cycle loses with each defect. */
const partsLostWithout = {
  keepCredentialsAtPowerUp: ['credentials', 'keys'],
  keepPinAtPowerUp: ['pin'],
  keepRetriesAtPowerUp: ['pinRetries', 'uvRetries'],
  keepSignCountAtPowerUp: ['signCount'],
  keepLargeBlobsAtPowerUp: ['largeBlobArray'],
  keepSettingsAtPowerUp: [
    'minPinLength',
    'minPinLengthRpIds',
    'forcePinChange',
    'pinComplexityPolicy',
    'alwaysUv',
    'enterpriseAttestation',
    'longTouchForReset',
  ],
  keepFingerprintsAtPowerUp: ['fingerprints'],
} as const satisfies Partial<Record<keyof Rules, readonly (keyof PersistentState)[]>>;

type LossRule = keyof typeof partsLostWithout;

/** Sets the parts that a defect loses to their factory values. Changes nothing without such a defect. */
export function loseParts({ persistent, factory }: State, rules: Rules): void {
  const broken = (Object.keys(partsLostWithout) as LossRule[]).filter((rule) => !rules[rule]);
  if (broken.length === 0) return;
  const initial = createPersistentState(factory);
  for (const part of broken.flatMap((rule): readonly (keyof PersistentState)[] => partsLostWithout[rule]))
    Object.assign(persistent, { [part]: initial[part] });
}
