/** The browser's own WebAuthn and its own dialog: we watch, ask the person what it asks, and type what the person answers. */
import { type CeremonyEnd, watchCeremonies } from '#browser/native/ceremony-watch.ts';
import { DialogDriver } from '#browser/native/dialog-driver.ts';
import type { NativeBrowserSession } from '#browser/native/native-browser-session.ts';
import { WebAuthnError, type WebAuthnErrorName } from '#protocol/errors.ts';
import { exchangeName } from '../../expect/observation.ts';
import type { Authenticators } from '../key-under-test.ts';
import type { CaseClient } from './case-client.ts';

export function nativeClient({ page, dialog, traits }: NativeBrowserSession): CaseClient {
  const problems: string[] = [];
  return {
    dialogLabel: () => `${traits.manners.application}'s own`,
    picture: () => ({
      shown: () => undefined,
      informed: () => undefined,
      closed: () => undefined,
      reach: () => undefined,
      screenshot: () => dialog.picture(),
    }),
    async sit({ authenticators, ceremonies, dialog: user, attach }) {
      const { key } = authenticators;
      const before = refusedPins(authenticators);
      let pictures = 0;
      const ask = () =>
        new DialogDriver({
          dialog,
          prompt: traits.prompt,
          user,
          rpId: 'localhost',
          key: () => {
            const pin = key.inspect()?.pin;
            return { connected: key.connected, hasPin: pin !== 'unset', pinBlocked: pin === 'blocked' };
          },
          refusals: () => refusedPins(authenticators) - before,
          onShown: (kind, picture) => attach(`dialog ${++pictures}: ${kind}`, 'image/png', picture),
          onProblem: (error) => problems.push(`native dialog: ${error.message}`),
        });
      let asker: DialogDriver | undefined;
      await watchCeremonies(page.context(), (ended) => {
        asker = ask();
        const how = ended.finally(() => asker?.[Symbol.dispose]());
        ceremonies.follow(async () => outcome(await how)).catch(() => undefined); // the page has the error already
      });
      return { [Symbol.asyncDispose]: async () => asker?.[Symbol.dispose]() };
    },
    problems: () => problems,
  };
}

const refusedPins = ({ wire }: Authenticators): number =>
  wire().filter((exchange) => /getPin(Uv)?.*Token/.test(exchangeName(exchange)) && exchange.status !== 'CTAP2_OK')
    .length;

function outcome({ error, message = error, transports = [] }: CeremonyEnd) {
  if (error !== 'none') throw new WebAuthnError(error as WebAuthnErrorName, message);
  return { response: { transports } };
}
