/** Steps on any page: `open`, `click`, `fill`, `select`, `check`, `press`, `wait-for`, `see`, `reload`, `go-back`, `close-tab`. */
import { type PageKeyword, pageSteps } from '../language/step-arguments/page.ts';
import { pageActions } from '../parties/site/page-actions.ts';
import type { ScenarioStep } from './step.ts';

type PageStepRegistry = { readonly [K in PageKeyword]: ScenarioStep<K> };

/** Site files do the same actions. */
export const pageStepRegistry = Object.fromEntries(
  (Object.keys(pageSteps) as PageKeyword[]).map((keyword) => [
    keyword,
    {
      keyword,
      run(args, { site, dialog }, signal) {
        dialog.expectCeremony(); // a page may call get() or create() at once
        return pageActions[keyword](args as never, site, signal);
      },
    } satisfies ScenarioStep<PageKeyword>,
  ]),
) as unknown as PageStepRegistry;
