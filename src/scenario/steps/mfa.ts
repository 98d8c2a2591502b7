/** Step `mfa`: verifies the user with a second factor: with the right code, with the code in the scenario, or by adding a first method. */
import { addAuthenticatorApp, verifyWith } from '../parties/site/reference-portal.ts';
import { step } from './step.ts';

export const mfa = step({
  keyword: 'mfa',
  async run(args, { site, organisation, dialog }, signal) {
    dialog.begin();
    const method = typeof args === 'string' ? { [args]: undefined } : args;
    if ('add' in method) await addAuthenticatorApp(site, (secret) => organisation.codeFor(secret), signal);
    else if ('tap' in method) await verifyWith(site, 'tap', method.tap ?? organisation.newestTap(), signal);
    else await verifyWith(site, 'totp', method.totp ?? organisation.totpCode(), signal);
  },
});
