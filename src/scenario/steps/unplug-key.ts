/** Step `unplug-key`: pulls the key, at once or while a command runs; the following steps go on meanwhile. */
import { step } from './step.ts';

export const unplugKey = step({
  keyword: 'unplug-key',
  async run(args, { clock, key, meanwhile }, signal) {
    const pull = async () => {
      if (args?.during) await key.whenSent(args.during, signal);
      if (args?.after) await clock.sleep(args.after, signal);
      await key.disconnect(signal);
    };
    if (args?.during) meanwhile(pull());
    else await pull();
  },
});
