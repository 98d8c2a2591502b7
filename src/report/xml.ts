/** XML 1.0 as text: attributes, escaped text, and the property elements of JUnit. */

/** Returns the element `properties` with the values that are not empty; no line without any. */
export function properties(values: Record<string, string | undefined>, indent: string): string[] {
  const given = Object.entries(values).filter(([, value]) => value);
  if (given.length === 0) return [];
  const rows = given.map(([name, value]) => `${indent}  <property${attributes({ name, value })}/>`);
  return [`${indent}<properties>`, ...rows, `${indent}</properties>`];
}

/** Returns ` name="value"` for each value that is defined. */
export function attributes(values: Record<string, string | number | undefined>): string {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  return given.map(([name, value]) => ` ${name}="${escapeAttribute(String(value))}"`).join('');
}

export const seconds = (ms: number): string => (ms / 1000).toFixed(3);

/** Replaces characters that XML 1.0 does not allow (section 2.2) by U+FFFD. */
const toLegalXml = (value: string): string =>
  value.replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '\uFFFD');

/** Returns text with everything escaped that has a meaning in XML. */
export const text = (value: string): string =>
  toLegalXml(value).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\r', '&#13;');

const escapeAttribute = (value: string): string =>
  text(value).replaceAll('"', '&quot;').replaceAll('\n', '&#10;').replaceAll('\t', '&#9;');
