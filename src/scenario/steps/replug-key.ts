/** Step `replug-key`: unplugs the key if it is connected, then plugs it in. */
import { step } from './step.ts';

export const replugKey = step({
  keyword: 'replug-key',
  async run(args, { clock, key }, signal) {
    if (key.connected) await key.disconnect(signal);
    if (args?.after) await clock.sleep(args.after, signal);
    await key.connect(signal);
  },
});
