/** Generated parts of a Markdown file, between `<!-- begin NAME -->` and `<!-- end NAME -->`; the text around them is written by hand. */
import { UsageError } from '#base/errors.ts';

/**
 * Returns `text` with the content of every marked part replaced.
 * @throws {UsageError} if a part has no markers in the text, or markers name a part that does not exist.
 */
export function withMarkedParts(text: string, parts: Readonly<Record<string, string>>): string {
  const missing = new Set(Object.keys(parts));
  const renewed = text.replace(/<!-- begin (\S+) -->[\s\S]*?<!-- end \1 -->/g, (_, name: string) => {
    const part = parts[name];
    if (part === undefined)
      throw new UsageError(`Cannot generate the part "${name}": expected one of ${Object.keys(parts).join(', ')}`);
    missing.delete(name);
    return `<!-- begin ${name} -->\n${part}\n<!-- end ${name} -->`;
  });
  if (missing.size > 0)
    throw new UsageError(`Cannot place the parts ${[...missing].join(', ')}: the file has no markers for them`);
  return renewed;
}
