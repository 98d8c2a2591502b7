/** Step `power-cycle`: interrupts the power of the key. */
import { step } from './step.ts';

export const powerCycle = step({
  keyword: 'power-cycle',
  async run(_, { key }, signal) {
    await key.powerCycle(signal);
  },
});
