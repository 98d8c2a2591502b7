/** Step `connect-key`: plugs the key in. `after` counts from the moment when the dialog asks for a key. */
import { step } from './step.ts';

export const connectKey = step({
  keyword: 'connect-key',
  async run(args, { clock, dialog, key }, signal) {
    if (args?.after !== undefined) {
      await dialog.whenAskedFor(['connect'], signal);
      await clock.sleep(args.after, signal);
    }
    if (key.connected && dialog.open?.kind !== 'connect') throw new Error('Cannot connect the key: it is connected');
    await key.connect(signal);
    const { open } = dialog;
    if (open?.kind === 'connect') (await dialog.whenAskedFor(['connect'], signal)).answer('connected');
  },
});
