/**
 * The permissions policy of a frame from the `allow` attributes of its ancestors' frame elements, for engines that do not
 * show it to pages. Permissions Policy section 9.6 (inherited policy), HTML's `allow`; the default allowlist of both features
 * is 'self' (WebAuthn L3 section 5.9). Such engines ignore the header Permissions-Policy (observed: Firefox 153).
 */
import type { ElementHandle, Frame } from 'playwright';

/** The origins of a frame and its ancestors, from the frame to the top-level document. */
type Origins = readonly string[];

/** Returns whether `feature` is allowed in `frame`. */
export async function isAllowedByFrames(frame: Frame, feature: string, origins: Origins): Promise<boolean> {
  const parent = frame.parentFrame();
  if (!parent) return true;
  const [origin = 'null', parentOrigin = 'null'] = origins;
  const element = await frame.frameElement();
  try {
    const { allow, src } = await readFrameElement(element);
    const declared = allowlistOf(allow, feature);
    const isAllowed = declared
      ? matches(declared, { origin, parentOrigin, src })
      : origin === parentOrigin && origin !== 'null';
    return isAllowed && (await isAllowedByFrames(parent, feature, origins.slice(1)));
  } finally {
    await element.dispose();
  }
}

const readFrameElement = (element: ElementHandle): Promise<{ allow: string; src: string }> =>
  element.evaluate((node) => {
    const frame = node as HTMLIFrameElement;
    return { allow: frame.getAttribute('allow') ?? '', src: frame.hasAttribute('srcdoc') ? '' : frame.src };
  });

/** Returns the allowlist of a feature in an `allow` attribute, by default `'src'`; undefined when the feature is not in it. */
export function allowlistOf(allow: string, feature: string): string[] | undefined {
  for (const directive of allow.split(';')) {
    const [name, ...allowlist] = directive.trim().split(/\s+/);
    if (name?.toLowerCase() === feature) return allowlist.length > 0 ? allowlist : ["'src'"];
  }
  return undefined;
}

/** Returns whether an allowlist contains the origin of the frame. A frame without `src` has the origin of its parent. */
export function matches(
  allowlist: readonly string[],
  { origin, parentOrigin, src }: { origin: string; parentOrigin: string; src: string },
): boolean {
  return allowlist.some((item) => {
    const keyword = item.toLowerCase();
    if (keyword === '*') return true;
    if (keyword === "'none'" || origin === 'null') return false;
    if (keyword === "'self'") return origin === parentOrigin;
    const named = keyword === "'src'" ? src || parentOrigin : item;
    return URL.canParse(named) && new URL(named).origin === origin;
  });
}
