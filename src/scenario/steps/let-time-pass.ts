/** Step `let-time-pass`: advances the clock of relying party, client and key. */
import { step } from './step.ts';

export const letTimePass = step({
  keyword: 'let-time-pass',
  async run(ms, { clock }) {
    clock.advance(ms);
  },
});
