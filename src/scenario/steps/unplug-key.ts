/** Step `unplug-key`: unplugs the key, at once or while a command runs. In the second case the following steps run in parallel. */
import { step } from './step.ts';

export const unplugKey = step({
  keyword: 'unplug-key',
  async run(args, { clock, key, runInBackground }, signal) {
    const unplug = async () => {
      if (args?.after) await clock.sleep(args.after, signal);
      if (!key.connected) throw new Error('Cannot unplug the key: it is not connected');
      await key.disconnect(signal);
    };
    const { during } = args ?? {};
    if (during === undefined) return unplug();
    const until = (stepsEnded: AbortSignal) => key.whenSent(during, AbortSignal.any([signal, stepsEnded]));
    runInBackground({ until, act: unplug });
  },
});
