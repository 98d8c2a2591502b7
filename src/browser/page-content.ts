/**
 * What a page shows to its users, as Playwright's locators find it: roles and accessible names, placeholders, test ids and texts, also in
 * inline frames. Source: https://playwright.dev/docs/aria-snapshots
 */
import type { ElementHandle, Frame, FrameLocator, Page } from 'playwright';

/** An inline frame. */
export interface FrameAddress {
  css: string;
  /** Which one of several. */
  nth?: number;
  /** The frame that contains it. */
  frame?: FrameAddress;
}

/** A visible element, or a text that is not an element with a role (role `text`). */
export interface PageElement {
  role: string;
  /** Accessible name; empty if the element has none. */
  name: string;
  /** Text in the element itself. */
  text: string;
  placeholder?: string;
  /** Target of a link, as the page writes it. */
  url?: string;
  disabled: boolean;
  checked: boolean;
  /** The nearest list item or table row that contains it. */
  container?: { role: string; text: string };
  frame?: FrameAddress;
}

/** An element with a test id (`data-testid`). */
interface ElementWithTestId {
  testId: string;
  frame?: FrameAddress;
}

export interface PageContent {
  elements: PageElement[];
  testIds: ElementWithTestId[];
}

/** A node of Playwright's aria snapshot. */
interface SnapshotNode {
  role: string;
  name?: string;
  text?: string;
  placeholder?: string;
  url?: string;
  disabled?: boolean;
  checked?: boolean | 'mixed';
  ref?: string;
  children?: (SnapshotNode | string)[];
}

const containerRoles = new Set(['listitem', 'row']);

/** Reads what the page shows now. A page that is left while it is read is read again, once. */
export async function readPageContent(page: Page): Promise<PageContent> {
  try {
    return await new PageReader(page).read();
  } catch {
    await page.waitForLoadState();
    return new PageReader(page).read();
  }
}

interface Place {
  frame?: FrameAddress;
  container?: { role: string; text: string };
}

class PageReader {
  readonly #page: Page;
  readonly #elements: PageElement[] = [];
  readonly #testIds: ElementWithTestId[] = [];

  constructor(page: Page) {
    this.#page = page;
  }

  async read(): Promise<PageContent> {
    // Only this mode has the content of inline frames.
    const roots = (await this.#page.ariaSnapshotJSON({ mode: 'ai' })) as unknown as (SnapshotNode | string)[];
    await this.#readTestIds(this.#page);
    await this.#readAll(roots, {});
    return { elements: this.#elements, testIds: this.#testIds };
  }

  async #readAll(nodes: readonly (SnapshotNode | string)[], place: Place): Promise<void> {
    for (const node of nodes) {
      if (typeof node === 'string') this.#addText(node, place);
      else await this.#readNode(node, place);
    }
  }

  async #readNode(node: SnapshotNode, place: Place): Promise<void> {
    const { role, name = '', text = '', placeholder, url, disabled = false, checked = false, children = [] } = node;
    if (role === 'iframe') return this.#readFrame(node, place);
    if (role !== 'generic' && role !== 'text') {
      const optional = { ...(placeholder !== undefined && { placeholder }), ...(url !== undefined && { url }) };
      this.#elements.push({ role, name, text, disabled, checked: checked !== false, ...optional, ...place });
    } else if (text !== '') this.#addText(text, place);
    const container = containerRoles.has(role) ? { role, text: firstText(node) } : place.container;
    await this.#readAll(children, { ...place, ...(container && { container }) });
  }

  #addText(text: string, place: Place): void {
    this.#elements.push({ role: 'text', name: '', text, disabled: false, checked: false, ...place });
  }

  async #readFrame({ ref = '', children = [] }: SnapshotNode, { frame: outer }: Place): Promise<void> {
    const element = this.#page.getByRef(ref);
    const address = await element.evaluate(describeFrame);
    const frame = { ...address, ...(outer && { frame: outer }) };
    await this.#readTestIds(element.contentFrame(), frame);
    await this.#readAll(children, { frame });
  }

  async #readTestIds(scope: Page | FrameLocator, frame?: FrameAddress): Promise<void> {
    const ids = await scope
      .locator('[data-testid]')
      .evaluateAll((all) => all.map((one) => one.getAttribute('data-testid') ?? ''));
    for (const testId of new Set(ids)) this.#testIds.push({ testId, ...(frame && { frame }) });
  }
}

/** Returns how to find a frame; undefined for the page itself. */
export async function addressOfFrame(frame: Frame): Promise<FrameAddress | undefined> {
  const parent = frame.parentFrame();
  if (!parent) return undefined;
  const element = await frame.frameElement();
  const address = await (element as ElementHandle<Element>).evaluate(describeFrame);
  const outer = await addressOfFrame(parent);
  return { ...address, ...(outer && { frame: outer }) };
}

/** Runs in the page. Returns a selector of the frame, by what is least likely to change. */
function describeFrame(element: Element): FrameAddress {
  const owner = element.ownerDocument;
  for (const attribute of ['title', 'name', 'id']) {
    const value = element.getAttribute(attribute);
    const css = `iframe[${attribute}=${JSON.stringify(value)}]`;
    if (value && owner.querySelectorAll(css).length === 1) return { css };
  }
  const frames = [...owner.querySelectorAll('iframe')];
  return frames.length === 1 ? { css: 'iframe' } : { css: 'iframe', nth: frames.indexOf(element as HTMLIFrameElement) };
}

/** Returns the first text in a list item or row, which identifies it. */
function firstText(node: SnapshotNode | string): string {
  if (typeof node === 'string') return node;
  if (node.text) return node.text;
  for (const child of node.children ?? []) {
    const text = firstText(child);
    if (text !== '') return text;
  }
  return node.name ?? '';
}
