/** Writes values as YAML in one line, for messages and for files that people complete. */
import { Document } from 'yaml';

/** Returns `value` in flow style, e.g. `{ role: button, name: Add a passkey }`, with quotes where YAML needs them. */
export function toYamlText(value: unknown): string {
  const document = new Document(value);
  const text = document.toString({ collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: true });
  return text.trimEnd().replace(/\n\s*/g, ' ');
}
