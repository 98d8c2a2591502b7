/** Writes values as YAML in one line, for messages and for files that people complete. */
import { stringify } from 'yaml';

/** Returns `value` in flow style, e.g. `{ role: button, name: Add a passkey }`, with quotes where YAML needs them. */
export function toYamlText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(toYamlText).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return scalarText(value);
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
  return entries.length === 0
    ? '{}'
    : `{ ${entries.map(([key, entry]) => `${scalarText(key)}: ${toYamlText(entry)}`).join(', ')} }`;
}

/** A scalar inside a list needs quotes for more characters than one alone. */
const scalarText = (value: unknown): string =>
  stringify([value], { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: false })
    .trim()
    .slice(1, -1)
    .replace(/\n\s*/g, ' ');
