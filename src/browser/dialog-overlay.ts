/** Shows the security dialog over the page. */
import type { Page } from 'playwright';
import { drawDialog } from './dialog-drawing.ts';
import type { DialogView } from './dialog-view.ts';
import { drawOver } from './overlay.ts';

/** Shows `view` in place of what was shown before. */
export const showDialog = (page: Page, view: DialogView): Promise<void> =>
  drawOver(page, 'touchstone-dialog', drawDialog(view));

export const hideDialog = (page: Page): Promise<void> => drawOver(page, 'touchstone-dialog', undefined);
