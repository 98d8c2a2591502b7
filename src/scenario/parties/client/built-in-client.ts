/** The WebAuthn of the browser itself with its virtual authenticator: there is no dialog, and the user does nothing. */
import { watchCeremonies } from '#browser/native/ceremony-watch.ts';
import type { VirtualAuthenticatorPage } from '#browser/virtual-authenticator/virtual-authenticator.ts';
import type { CaseClient } from './case-client.ts';
import { toOutcome } from './native-client.ts';

export const builtInClient = ({ page }: VirtualAuthenticatorPage): CaseClient => ({
  dialogLabel: () => 'None (virtual authenticator)',
  createDialogScreenshot: (_, site) => ({
    shown: () => undefined,
    informed: () => undefined,
    closed: () => undefined,
    revealChoice: () => undefined,
    screenshot: () => site.screenshot(),
  }),
  async start({ ceremonies }) {
    await watchCeremonies(page.context(), (ended) => {
      ceremonies.follow(async () => toOutcome(await ended)).catch(() => undefined); // the page has received the error
    });
    return { [Symbol.asyncDispose]: async () => undefined };
  },
  hasConditionalMediation: false,
  problems: () => [],
});
