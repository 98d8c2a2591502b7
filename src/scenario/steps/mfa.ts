/** Step `mfa`: passes the gate in front of the passkey, with the code a real app or the newest pass would give, or with a given one. */
import { addAuthenticatorApp, verifyWith } from '../parties/site/reference-portal.ts';
import { step } from './step.ts';

export const mfa = step({
  keyword: 'mfa',
  async run(args, { site, organisation, dialog }, signal) {
    dialog.begin();
    const way = typeof args === 'string' ? { [args]: undefined } : args;
    if ('add' in way) await addAuthenticatorApp(site, (secret) => organisation.codeFor(secret), signal);
    else if ('tap' in way) await verifyWith(site, 'tap', way.tap ?? organisation.newestTap(), signal);
    else await verifyWith(site, 'totp', way.totp ?? organisation.totpCode(), signal);
  },
});
