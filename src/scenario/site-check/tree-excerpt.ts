/** The part of an aria snapshot that matters for a failed step. */

const linesAround = 12;

/** Returns the lines of `snapshot` around the element of `suggestion`, or its first lines. Omitted lines are counted. */
export function excerptAround(snapshot: string, suggestion: string | undefined): string {
  const lines = snapshot.split('\n');
  const [, name] = /(?:name|label|text|placeholder): ("(?:[^"\\]|\\.)*"|[^,}]+)/.exec(suggestion ?? '') ?? [];
  const text = name?.trim().replace(/^"(.*)"$/s, '$1');
  const found = text === undefined ? -1 : lines.findIndex((line) => line.includes(text));
  const center = Math.max(found, 0);
  const first = Math.max(0, Math.min(center - linesAround, lines.length - 2 * linesAround - 1));
  const last = Math.min(lines.length, first + 2 * linesAround + 1);
  return [...omitted(first), ...lines.slice(first, last), ...omitted(lines.length - last)].join('\n');
}

const omitted = (count: number): string[] => (count > 0 ? [`... ${count} more ${count === 1 ? 'line' : 'lines'}`] : []);
