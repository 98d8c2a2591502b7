/**
 * Decides whether the requests of a case reach the client on its route. The proxy interface of Chromium passes on neither conditional
 * requests nor signals, so a step that answers an autofill list would time out there, and signals would have no effect.
 */
import type { ExpandedCase, StepCall } from './expanded-case.ts';
import { engineOfCase } from './schema/browser.ts';

/** Returns why a case cannot run on its route; undefined if it can. */
export function findRouteBlockingReason({ browser, setup, steps, teardown, expect }: ExpandedCase): string | undefined {
  const { stack = 'touchstone', route = engineOfCase(browser) === 'chromium' ? 'proxy' : 'shim' } = browser;
  if (stack !== 'touchstone' || route === 'shim') return undefined;
  const call = [...setup, ...steps, ...teardown].find(answersAutofill);
  const line = expect.find(({ path }) => /^browser\.(conditional-get|signals)\./.test(path));
  const what = call ? `step ${call.keyword}` : line && `expectation ${line.path}`;
  return what && `The route proxy carries neither conditional requests nor signals (${what}): use route: shim`;
}

/** `choose-account` with a name may also answer the security dialog. */
function answersAutofill({ keyword, args }: StepCall): boolean {
  if (keyword === 'dismiss-autofill') return true;
  if (keyword === 'choose-account') return typeof args === 'object';
  return keyword === 'dialog-asks' && args === 'autofill';
}
