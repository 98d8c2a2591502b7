/** Step `mfa`: verifies the user with a second factor: with the right code, with the code in the scenario, or by adding a first method. */
import { refuseUnexpected } from './acceptance.ts';
import { step } from './step.ts';

export const mfa = step({
  keyword: 'mfa',
  async run({ method, code, as }, context, signal) {
    const { flow, organisation, dialog } = context;
    const isOwnCode = code === undefined;
    const totp = code ?? (() => organisation.totpCode(as, signal));
    const tap = code ?? (() => organisation.newestTap(as));
    const since = organisation.log?.length ?? 0;
    dialog.expectCeremony();
    await flow.run(`mfa.${method}`, method === 'tap' ? { tap } : { totp }, signal);
    if (isOwnCode)
      refuseUnexpected(`did not accept the ${what[method]} of ${organisation.user(as).name}`, since, context);
  },
});

const what = { tap: 'Temporary Access Pass', totp: 'code', 'add-authenticator-app': 'authenticator app' } as const;
