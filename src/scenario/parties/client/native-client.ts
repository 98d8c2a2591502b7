/**
 * The WebAuthn of the browser itself, with its own dialog: watches the ceremonies of the page, passes the questions of the dialog to
 * the steps, and types their answers.
 */
import type { UnavailableError } from '#base/errors.ts';
import { type CeremonyEnd, watchCeremonies } from '#browser/native/ceremony-watch.ts';
import { DialogDriver } from '#browser/native/dialog-driver.ts';
import type { NativeBrowserSession } from '#browser/native/native-browser-session.ts';
import { WebAuthnError, type WebAuthnErrorName } from '#protocol/errors.ts';
import { exchangeName } from '../../expect/observation.ts';
import type { Authenticators } from '../key-under-test.ts';
import type { CaseClient, ClientParts } from './case-client.ts';

export function nativeClient(session: NativeBrowserSession): CaseClient {
  const problems: string[] = [];
  const unreadable = new AbortController();
  return {
    failureSignal: AbortSignal.any([session.endSignal, unreadable.signal]),
    hasConditionalMediation: false, // its autofill list cannot be answered
    dialogLabel: () => `Own dialog of ${session.browser.dialogTraits.application}`,
    createDialogScreenshot: () => ({
      shown: () => undefined,
      informed: () => undefined,
      closed: () => undefined,
      revealChoice: () => undefined,
      screenshot: () => session.dialog.screenshot(),
    }),
    async start(parts) {
      const startDriver = driverFactory(session, parts, {
        onProblem: (problem) => problems.push(problem),
        onUnreadablePrompt: (error) => unreadable.abort(error),
      });
      let driver: DialogDriver | undefined;
      await watchCeremonies(session.page.context(), (ended) => {
        driver = startDriver();
        const end = ended.finally(() => driver?.[Symbol.dispose]());
        parts.ceremonies.follow(async () => toOutcome(await end)).catch(() => undefined); // the page has received the error
        parts.dialog.skipChoice([anySecurityKey]);
      });
      return { [Symbol.asyncDispose]: async () => driver?.[Symbol.dispose]() };
    },
    problems: () => problems,
  };
}

/** The browsers of the kernel lab find security keys only. */
const anySecurityKey = { id: 'security-key', kind: 'security-key', label: 'Security key' } as const;

interface DriverEvents {
  onProblem(problem: string): void;
  onUnreadablePrompt(error: UnavailableError): void;
}

/** Returns a function that starts a driver for the dialog of one ceremony. */
function driverFactory(
  { dialog, browser }: NativeBrowserSession,
  { authenticators, dialog: user, attach }: ClientParts,
  { onProblem, onUnreadablePrompt }: DriverEvents,
): () => DialogDriver {
  const { key } = authenticators;
  const before = countRefusedPins(authenticators);
  let screenshots = 0;
  return () =>
    new DialogDriver({
      dialog,
      readPrompt: browser.readPrompt,
      user,
      rpId: 'localhost',
      keyStatus: () => {
        const pin = key.inspect()?.pin;
        return { connected: key.connected, hasPin: pin !== 'unset', pinBlocked: pin === 'blocked' };
      },
      countPinRefusals: () => countRefusedPins(authenticators) - before,
      onPromptShown: (kind, image) => attach(`dialog ${++screenshots}: ${kind}`, 'image/png', image),
      onProblem: (error) => onProblem(`native dialog: ${error.message}`),
      countKeyMessages: () => authenticators.wire().length,
      async onUnreadablePrompt(error, screenshot) {
        await attach('prompt that cannot be read', 'image/png', screenshot);
        onUnreadablePrompt(error);
      },
    });
}

const countRefusedPins = ({ wire }: Authenticators): number =>
  wire().filter((exchange) => /getPin(Uv)?.*Token/.test(exchangeName(exchange)) && exchange.status !== 'CTAP2_OK')
    .length;

/** Returns the response of a ceremony that has succeeded. @throws {WebAuthnError} for one that has not. */
export function toOutcome({ error, message = error, transports = [] }: CeremonyEnd) {
  if (error !== 'none') throw new WebAuthnError(error as WebAuthnErrorName, message);
  return { response: { transports } };
}
