/** Patterns of paths and requests in site files: `*` is any text without a slash, and `**` is any text. */

/** Returns true if the path matches the whole pattern. */
export const matchesPath = (pattern: string, path: string): boolean => toRegExp(pattern).test(path);

/** Returns true for a request such as `POST /api/passkeys/*`. A pattern without an origin applies to the site at `origin`. */
export function matchesRequest(pattern: string, method: string, url: string, origin: string): boolean {
  const [expectedMethod = '', place = ''] = pattern.split(' ');
  if (method !== expectedMethod) return false;
  const { origin: actualOrigin, pathname } = new URL(url);
  return place.startsWith('/')
    ? actualOrigin === origin && matchesPath(place, pathname)
    : matchesPath(place, `${actualOrigin}${pathname}`);
}

const toRegExp = (pattern: string): RegExp =>
  new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]|\*\*?/g, (found) => wildcards[found] ?? `\\${found}`)}$`);

const wildcards: Readonly<Record<string, string>> = { '**': '.*', '*': '[^/]*' };
