/** The text of the page and the refusal of the relying party when a step fails, for the message of the failure. */
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
/** Steps that wait for a request of the page. */
const dialogSteps: ReadonlySet<Keyword> = new Set([
  'save-to',
  'create-pin',
  'enter-pin',
  'change-pin',
  'touch',
  'review',
  'choose-account',
  'dialog-asks',
  'cancel-dialog',
]);
/** The key of an authenticator app, as pages show it: base32 in groups. */
const groupedSecret = /\b(?:[A-Z2-7]{4}[ -]?){4,}/g;

export type PageContext = Pick<CaseContext, 'organisation'> & {
  site: Pick<CaseContext['site'], 'observe' | 'problems'>;
};
export type StepPageContext = PageContext & Pick<CaseContext, 'dialog' | 'ceremonies'>;

/**
 * Returns what is known about the page when a step fails, in lines. Empty for a step that answers an open dialog, because the page
 * then shows nothing new.
 */
export async function describePageAfterStep(keyword: Keyword, context: StepPageContext): Promise<string> {
  const { dialog, ceremonies } = context;
  const isPageStep = Object.hasOwn(portalSteps, keyword) || Object.hasOwn(pageSteps, keyword);
  if (isPageStep) return describePage(context);
  if (dialog.open) return '';
  const hasNoCeremony = dialogSteps.has(keyword) && ceremonies.last === undefined && !ceremonies.isRunning;
  const page = await describePage(context);
  return hasNoCeremony ? joinLines('No create() or get() of the page has reached the client', page) : page;
}

/**
 * Returns what the page says, what went wrong in it since the user has acted on it, and the last refusal of the relying party if it gave
 * one, in lines.
 */
export async function describePage(context: PageContext): Promise<string> {
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
  return joinLines(
    ...(shown === '' ? [] : [`The page at ${page?.url} says ${JSON.stringify(shown)}`]),
    ...site.problems.texts.map(mask),
    ...(refusal ? [`The relying party refused: ${refusal.reason} (${refusal.event})`] : []),
  );
}

/** Each on a line of its own: the first line is the summary in lists of failures. */
export const joinLines = (...lines: readonly string[]): string => lines.filter((line) => line !== '').join('\n');
