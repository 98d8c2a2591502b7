/** Step `mfa`: verifies the user with a second factor: with the right code, with the code in the scenario, or by adding a first method. */
import { step } from './step.ts';

export const mfa = step({
  keyword: 'mfa',
  async run(args, { flow, organisation, dialog }, signal) {
    dialog.expectCeremony();
    const method = typeof args === 'string' ? { [args]: undefined } : args;
    const totp = () => organisation.totpCode();
    if ('add' in method) await flow.run('mfa.add-authenticator-app', { totp }, signal);
    else if ('tap' in method)
      await flow.run('mfa.tap', { tap: method.tap ?? (() => organisation.newestTap()) }, signal);
    else await flow.run('mfa.totp', { totp: method.totp ?? totp }, signal);
  },
});
