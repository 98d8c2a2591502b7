/** Emulated authenticators as targets of the conformance suite. */
import { AdjustableClock } from '#base/clock.ts';
import { seededRandom } from '#base/seeded-random.ts';
import type { TestTarget, TestTargetSource, UserBehaviour } from '#conformance/authenticator/test-target.ts';
import {
  createAuthenticator,
  type DefectId,
  type GestureOutcome,
  type GestureRequest,
  type GestureSource,
  type PersonaId,
  plugIn,
} from '#emulator';

/**
 * Returns the source of emulated authenticators of a persona. Every case gets a new one, with its own clock and bytes.
 * @throws {UsageError} when it opens an unknown persona or defect.
 */
export function emulatedTargets(persona: string, defects: readonly string[] = []): TestTargetSource {
  return {
    name: `persona ${persona}`,
    open: async (caseId) => openTarget(persona, defects, caseId),
  };
}

function openTarget(persona: string, defects: readonly string[], caseId: string): TestTarget {
  const clock = new AdjustableClock();
  const user = new EmulatedUser();
  const authenticator = createAuthenticator({
    persona: persona as PersonaId,
    defects: defects as DefectId[],
    clock,
    random: seededRandom(caseId),
    gestures: user,
  });
  const device = plugIn(authenticator);
  return {
    device,
    setUser: (behaviour) => {
      user.behaviour = behaviour;
    },
    powerCycle: async () => device.powerCycle(),
    wait: async (ms) => clock.advance(ms),
    [Symbol.asyncDispose]: () => device[Symbol.asyncDispose](),
  };
}

class EmulatedUser implements GestureSource {
  behaviour: UserBehaviour = 'touch';

  respond({ kind }: GestureRequest): GestureOutcome | Promise<GestureOutcome> {
    switch (this.behaviour) {
      case 'touch':
        return 'granted';
      case 'decline':
        return 'denied';
      case 'absent':
        return 'timeout';
      case 'wrong-finger':
        return kind === 'verification' ? 'no-match' : 'granted';
      case 'wait':
        return new Promise(() => undefined);
    }
  }
}
