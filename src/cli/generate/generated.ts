/** Generated parts of a Markdown file, between `<!-- begin NAME -->` and `<!-- end NAME -->`; what stands around them is written by hand. */
import { UsageError } from '#base/errors.ts';

/**
 * The text with every part renewed.
 * @throws {UsageError} when the file has no place for a part, or a place for one that does not exist.
 */
export function withGenerated(text: string, parts: Readonly<Record<string, string>>): string {
  const missing = new Set(Object.keys(parts));
  const renewed = text.replace(/<!-- begin (\S+) -->[\s\S]*?<!-- end \1 -->/g, (_, name: string) => {
    const part = parts[name];
    if (part === undefined) throw new UsageError(`cannot generate ${name}: there is ${Object.keys(parts).join(', ')}`);
    missing.delete(name);
    return `<!-- begin ${name} -->\n${part}\n<!-- end ${name} -->`;
  });
  if (missing.size > 0)
    throw new UsageError(`cannot place ${[...missing].join(', ')}: the markers are not in the file`);
  return renewed;
}
