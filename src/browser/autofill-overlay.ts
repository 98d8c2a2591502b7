/** Shows and hides the drawn autofill list over a page. */
import type { Page } from 'playwright';
import type { AutofillPrompt } from '#client/user-interaction.ts';
import { drawAutofillList, type FieldBox } from './autofill-drawing.ts';
import { drawOver } from './overlay.ts';

/** The form field that a page marks for passkeys, HTML section 4.10.18.7.1. */
const markedField = 'input[autocomplete~="webauthn" i]';

/** Shows the list below the form field for passkeys, also in an inline frame. Shows nothing if the page has no such field. */
export async function showAutofillList(page: Page, prompt: Pick<AutofillPrompt, 'accounts'>): Promise<void> {
  const field = await findField(page);
  await drawOver(page, 'touchstone-autofill', field && drawAutofillList(prompt, field));
}

/** Removes the list, if one is shown. */
export const hideAutofillList = (page: Page): Promise<void> => drawOver(page, 'touchstone-autofill', undefined);

async function findField(page: Page): Promise<FieldBox | undefined> {
  for (const frame of page.frames()) {
    const [field] = await frame
      .locator(markedField)
      .all()
      .catch(() => []); // the frame is gone
    const box = await field?.boundingBox().catch(() => null);
    if (box) return box;
  }
  return undefined;
}
