/** The user of an emulated authenticator under test: answers requests for a gesture as the case requires. */
import type { UserBehaviour } from '#conformance/authenticator/test-target.ts';
import type { GestureOutcome, GestureRequest, GestureSource } from '#emulator';

export class EmulatedUser implements GestureSource {
  behaviour: UserBehaviour = 'touch';
  /** How often the user has touched the authenticator. */
  touches = 0;

  respond(request: GestureRequest): GestureOutcome | Promise<GestureOutcome> {
    const outcome = this.#answer(request);
    if (outcome === 'granted' || outcome === 'no-match') this.touches += 1;
    return outcome;
  }

  #answer({ kind }: GestureRequest): GestureOutcome | Promise<GestureOutcome> {
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
