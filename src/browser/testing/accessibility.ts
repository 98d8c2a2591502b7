/** Checks pages with axe against WCAG 2.2 AA. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright';

/** The rules whose outcome depends on colours. */
const colourRules = ['color-contrast', 'link-in-text-block'];

/**
 * Returns the violations of a page, with the rule and the first element of each. In dark colours only the rules about colours are
 * checked, because the page is otherwise the same as in light colours.
 */
export async function findViolations(page: Page, colours: 'light' | 'dark'): Promise<string[]> {
  // The legacy mode opens no second page for the result. It leaves out frames of other origins, which these pages do not have.
  const axe = new AxeBuilder({ page }).setLegacyMode();
  if (colours === 'dark') axe.withRules(colourRules);
  const { violations } = await axe.analyze();
  return violations.map(({ id, nodes }) => `${id} at ${nodes[0]?.target}`);
}
