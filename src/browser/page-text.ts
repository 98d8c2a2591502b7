/** The text that a page shows to its users, as they see it: that of the document, of its open shadow trees, and of its inline frames. */
import type { Frame } from 'playwright';
import { withTimeout } from '#base/async.ts';
import { systemClock } from '#base/clock.ts';

/** How long an inline frame may take to answer. One that is loading is left out. */
const frameReadMs = 1_000;

/** Returns the visible text of a document and of the frames in it, each on separate lines. @throws {Error} if the page navigates before the end. */
export async function readVisibleText(frame: Frame): Promise<string> {
  const own = await frame.locator('body').evaluate(visibleText);
  const inner = await Promise.all(frame.childFrames().map(readInlineFrame));
  return [own, ...inner].filter((text) => text !== '').join('\n');
}

function readInlineFrame(frame: Frame): Promise<string> {
  const reading = (async () => {
    const element = await frame.frameElement();
    return (await element.isVisible()) ? await readVisibleText(frame) : '';
  })();
  const tooLong = () => new Error('The frame does not answer');
  return withTimeout(reading, frameReadMs, systemClock, tooLong).catch(() => ''); // it is loading, or was removed
}

/** Runs in the page. `innerText` does not have the text of shadow trees. */
function visibleText(body: Element): string {
  const isShown = (node: Node): boolean => {
    const range = document.createRange();
    range.selectNodeContents(node);
    return range.getClientRects().length > 0;
  };
  const textOf = (node: Node): string =>
    // biome-ignore lint/performance/useDomNodeTextContent: the visible text, without hidden panels
    node instanceof HTMLElement ? node.innerText : node instanceof Text ? node.data : '';
  const textOfTree = (tree: ShadowRoot): string[] => [
    ...[...tree.childNodes].filter((node) => isShown(node)).map(textOf),
    ...textOfTreesIn(tree),
  ];
  const textOfTreesIn = (root: ParentNode): string[] =>
    [...root.querySelectorAll('*')].flatMap(({ shadowRoot }) => (shadowRoot ? textOfTree(shadowRoot) : []));
  return [textOf(body), ...textOfTreesIn(document)].filter((text) => text.trim() !== '').join('\n');
}
