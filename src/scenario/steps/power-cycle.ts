/** Step `power-cycle`: interrupts the power of the key. */
import { step } from './step.ts';

export const powerCycle = step({
  keyword: 'power-cycle',
  async run(_, { key }, signal) {
    if (!key.connected) throw new Error('Cannot interrupt the power of the key: it is not connected');
    await key.powerCycle(signal);
  },
});
