/**
 * Draws over a page, for people who watch and for screenshots.
 *
 * The page must not notice: the drawing hangs outside <body> in a closed shadow root, hidden from the accessibility tree, inert,
 * deaf to the mouse, without scripts, inline styles or markup strings that a content security policy could refuse.
 * It is decoration: where the page is gone or busy leaving, nothing is drawn and nobody is told.
 */
import type { Page } from 'playwright';

/** Plain data, made outside, so that next to nothing has to run in the page under test. */
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

/** The whole window, in the style sheet of every drawing. */
export const coversWindow = `
:host { all: initial !important; position: fixed !important; inset: 0 !important; width: 100vw !important; height: 100vh !important;
  display: block !important; pointer-events: none !important; background: none !important; border: 0 !important;
  margin: 0 !important; padding: 0 !important; overflow: hidden !important; z-index: 2147483647 !important; }
* { box-sizing: border-box; }`;

/** Shows `drawing` in place of what was shown under that name before, above everything; undefined takes it away. */
export async function drawOver(page: Page, name: `touchstone-${string}`, drawing: Drawing | undefined): Promise<void> {
  await page.evaluate(replaceOverlay, { name, drawing }).catch(ignoreDeparture);
}

function ignoreDeparture(error: Error): void {
  if (!/closed|navigat|context was destroyed|detached|crashed/i.test(error.message)) throw error;
}

/** Runs in the page: uses nothing from this file, and has no inner functions, which some TypeScript loaders wrap in helpers. */
function replaceOverlay({ name, drawing }: { name: string; drawing: Drawing | undefined }): void {
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
