/**
 * Shows the security dialog over the page, for people who watch and for screenshots.
 *
 * The page must not notice: the drawing hangs outside <body> in a closed shadow root, hidden from the accessibility tree, inert,
 * deaf to the mouse, without scripts, inline styles or markup strings that a content security policy could refuse.
 * It is decoration: where the page is gone or busy leaving, nothing is drawn and nobody is told.
 */
import type { Page } from 'playwright';
import { type DrawnElement, drawDialog } from './dialog-drawing.ts';
import type { DialogView } from './dialog-view.ts';

/** Shows `view` in place of what was shown before. */
export async function showDialog(page: Page, view: DialogView): Promise<void> {
  await page.evaluate(replaceOverlay, drawDialog(view)).catch(ignoreDeparture);
}

export async function hideDialog(page: Page): Promise<void> {
  await page.evaluate(replaceOverlay, undefined).catch(ignoreDeparture);
}

function ignoreDeparture(error: Error): void {
  if (!/closed|navigat|context was destroyed|detached|crashed/i.test(error.message)) throw error;
}

/** Runs in the page: uses nothing from this file, and has no inner functions, which some TypeScript loaders wrap in helpers. */
function replaceOverlay(drawing: { css: string; root: DrawnElement } | undefined): void {
  const name = 'touchstone-dialog';
  for (const old of document.querySelectorAll(`:root > ${name}`)) old.remove();
  if (!drawing) return;

  const host = document.createElement(name);
  host.setAttribute('aria-hidden', 'true');
  host.inert = true;
  host.popover = 'manual'; // the top layer: above the page's own modal dialogs, without taking focus
  const shadow = host.attachShadow({ mode: 'closed' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(drawing.css);
  shadow.adoptedStyleSheets = [sheet];
  const toBuild: [ParentNode, DrawnElement][] = [[shadow, drawing.root]];
  for (const [parent, { tag, class: className, text, attributes = {}, children = [] }] of toBuild) {
    const isSvg = tag === 'svg' || tag === 'path';
    const element = document.createElementNS(
      isSvg ? 'http://www.w3.org/2000/svg' : 'http://www.w3.org/1999/xhtml',
      tag,
    );
    if (className !== undefined) element.setAttribute('class', className);
    if (text !== undefined) element.textContent = text;
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    parent.append(element);
    for (const child of children) toBuild.push([element, child]);
  }
  document.documentElement.append(host);
  host.showPopover();
}
