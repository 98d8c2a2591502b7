/** What page and relying party say when a step fails, for the message of the failure. */
import { withTimeout } from '#base/async.ts';
import { systemClock } from '#base/clock.ts';
import { createMask } from '#result/mask.ts';
import { pageSteps } from '../language/step-arguments/page.ts';
import { portalSteps } from '../language/step-arguments/portal.ts';
import type { Keyword } from '../language/step-arguments.ts';
import type { CaseContext } from '../steps/step-context.ts';

/** A page that is leaving or hangs may not answer. */
const readMs = 1_000;
const maxLength = 500;
/** The key of an authenticator app, as pages show it: base32 in groups. */
const groupedSecret = /\b(?:[A-Z2-7]{4}[ -]?){4,}/g;

export type PageContext = Pick<CaseContext, 'dialog' | 'organisation'> & { site: Pick<CaseContext['site'], 'observe'> };

/**
 * Returns what the page says, and the last refusal of the relying party if it gave one, as sentences. Empty for a step that answers an
 * open dialog, because the page then shows nothing new.
 */
export async function describePage(keyword: Keyword, context: PageContext): Promise<string> {
  const isPageStep = Object.hasOwn(portalSteps, keyword) || Object.hasOwn(pageSteps, keyword);
  if (!isPageStep && context.dialog.open) return '';
  const { organisation, site } = context;
  const page = await withTimeout(
    site.observe(),
    readMs,
    systemClock,
    () => new Error('The page does not answer'),
  ).catch(() => undefined);
  const mask = createMask({ secrets: [...organisation.secrets] });
  const says = mask(page?.says.replace(/\s+/g, ' ').trim() ?? '').replace(groupedSecret, '•••');
  const shown = says.length > maxLength ? `${says.slice(0, maxLength)}…` : says;
  const refusal = organisation.log?.lastRefusal;
  return [
    ...(shown === '' ? [] : [`The page at ${page?.url} says ${JSON.stringify(shown)}`]),
    ...(refusal ? [`The relying party refused: ${refusal.reason} (${refusal.event})`] : []),
  ].join('. ');
}
