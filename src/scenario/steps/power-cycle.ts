/** Step `power-cycle`: cuts the key's power for a moment. */
import { step } from './step.ts';

export const powerCycle = step({
  keyword: 'power-cycle',
  async run(_, { key }, signal) {
    await key.powerCycle(signal);
  },
});
