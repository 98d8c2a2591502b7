/**
 * Draws over a page, for users who watch a run and for screenshots.
 *
 * The page under test must not be affected: the drawing is outside <body> in a closed shadow root, hidden from the accessibility
 * tree, inert, and takes no mouse events. It uses no scripts, inline styles or markup strings that a content security policy
 * could refuse. On a page that is closed or navigates, nothing is drawn and no error is thrown.
 */
import type { Page } from 'playwright';

/** Plain data, created outside the page, so that little code has to run in the page under test. */
export interface DrawnElement {
  tag: string;
  class?: string;
  text?: string;
  attributes?: Readonly<Record<string, string>>;
  children?: readonly DrawnElement[];
}

export interface Drawing {
  css: string;
  root: DrawnElement;
}

/** Makes the overlay cover the whole window; part of the style sheet of every drawing. */
export const fullWindowCss = `
:host { all: initial !important; position: fixed !important; inset: 0 !important; width: 100vw !important; height: 100vh !important;
  display: block !important; pointer-events: none !important; background: none !important; border: 0 !important;
  margin: 0 !important; padding: 0 !important; overflow: hidden !important; z-index: 2147483647 !important; }
* { box-sizing: border-box; }`;

/** Shows `drawing` above everything else and replaces the drawing of the same name; undefined removes it. */
export async function drawOver(page: Page, name: `touchstone-${string}`, drawing: Drawing | undefined): Promise<void> {
  await page.evaluate(replaceOverlay, { name, drawing }).catch(ignoreClosedPage);
}

function ignoreClosedPage(error: Error): void {
  if (!/closed|navigat|context was destroyed|detached|crashed/i.test(error.message)) throw error;
}

/** Runs in the page: uses nothing from this file and has no inner functions, since TypeScript loaders may wrap those in helpers. */
function replaceOverlay({ name, drawing }: { name: string; drawing: Drawing | undefined }): void {
  for (const previous of document.querySelectorAll(`:root > ${name}`)) previous.remove();
  if (!drawing) return;

  const host = document.createElement(name);
  host.setAttribute('aria-hidden', 'true');
  host.inert = true;
  host.popover = 'manual'; // in the top layer: above modal dialogs of the page, without taking the focus
  const shadow = host.attachShadow({ mode: 'closed' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(drawing.css);
  shadow.adoptedStyleSheets = [sheet];
  const queue: [ParentNode, DrawnElement][] = [[shadow, drawing.root]];
  for (const [parent, { tag, class: className, text, attributes = {}, children = [] }] of queue) {
    const isSvg = tag === 'svg' || tag === 'path';
    const element = document.createElementNS(
      isSvg ? 'http://www.w3.org/2000/svg' : 'http://www.w3.org/1999/xhtml',
      tag,
    );
    if (className !== undefined) element.setAttribute('class', className);
    if (text !== undefined) element.textContent = text;
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    parent.append(element);
    for (const child of children) queue.push([element, child]);
  }
  document.documentElement.append(host);
  host.showPopover();
}
