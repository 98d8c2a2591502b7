/** Step `unplug-key`: unplugs the key, at once or while a command runs. In the second case the following steps run in parallel. */
import { step } from './step.ts';

export const unplugKey = step({
  keyword: 'unplug-key',
  async run(args, { clock, key, runInBackground }, signal) {
    const unplug = async () => {
      if (args?.during) await key.whenSent(args.during, signal);
      if (args?.after) await clock.sleep(args.after, signal);
      await key.disconnect(signal);
    };
    if (args?.during) runInBackground(unplug());
    else await unplug();
  },
});
