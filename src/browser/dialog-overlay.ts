/** Shows and hides the drawn security dialog over a page. */
import type { Page } from 'playwright';
import { drawDialog } from './dialog-drawing.ts';
import type { DialogView } from './dialog-view.ts';
import { drawOver } from './overlay.ts';

/** Shows `view` and replaces the dialog that was shown before. */
export const showDialog = (page: Page, view: DialogView): Promise<void> =>
  drawOver(page, 'touchstone-dialog', drawDialog(view));

/** Removes the dialog, if one is shown. */
export const hideDialog = (page: Page): Promise<void> => drawOver(page, 'touchstone-dialog', undefined);
