/**
 * Masks secrets in text that leaves the process: reports, attachments, terminal output.
 *
 * A long secret is masked everywhere. A short secret (a PIN) is masked only as a whole token, because four digits also occur
 * by chance in hashes and times. Both are also masked in encoded form: base64, base64url, hex, percent-encoded, and escaped
 * for JSON or HTML.
 */

const maskText = '•••';

/** A secret with fewer characters is masked only as a whole token. */
const minLengthAnywhere = 8;
/** A text with fewer characters is not masked: masking it would make every text unreadable. */
const minSecretLength = 3;

export interface MaskOptions {
  secrets: Iterable<string>;
  /** Sources of regular expressions. Every match is masked completely. */
  patterns?: Iterable<string>;
}

export type Mask = (text: string) => string;

/**
 * Returns a function that replaces every secret in a text by `•••`.
 * @throws {SyntaxError} if a pattern is not a valid regular expression.
 */
export function createMask({ secrets, patterns = [] }: MaskOptions): Mask {
  const known = [...new Set(secrets)].filter((secret) => secret.trim().length >= minSecretLength);
  const anywhere = byLength(known.flatMap(formsAnywhere));
  const tokens = byLength(known.filter(isShort).flatMap(formsAsToken));
  const expressions = [...patterns].filter((source) => source !== '').map((source) => new RegExp(source, 'gu'));
  if (anywhere.length > 0) expressions.push(new RegExp(anywhere.join('|'), 'g'));
  const token = tokens.length > 0 ? tokenExpression(tokens) : undefined;
  return (text) => {
    const masked = expressions.reduce(
      (rest, expression) => rest.replace(expression, (match) => (match === '' ? '' : maskText)),
      text,
    );
    return token
      ? masked.replace(token, (whole, secret?: string) => (secret === undefined ? whole : maskText))
      : masked;
  };
}

/**
 * Returns a copy of a JSON value with every string masked. Keys and numbers are not masked: they are names and measurements.
 * Strings for which `keep` returns true are not masked either, so that for example a verdict stays valid.
 */
export function maskDeep<T>(value: T, mask: Mask, keep: (key: string, text: string) => boolean = () => false): T {
  const visit = (node: unknown, key: string): unknown => {
    if (typeof node === 'string') return keep(key, node) ? node : mask(node);
    if (Array.isArray(node)) return node.map((item) => visit(item, key));
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([name, item]) => [name, visit(item, name)]));
  };
  return visit(value, '') as T;
}

const isShort = (secret: string): boolean => secret.length < minLengthAnywhere;

/** Returns expressions for the forms that are masked also inside a longer word. */
function formsAnywhere(secret: string): string[] {
  const hex = Buffer.from(secret).toString('hex');
  const encodedHex = secret.length > minSecretLength ? [hexExpression(hex)] : [];
  if (isShort(secret)) return encodedHex;
  return [...textForms(secret), ...base64Forms(secret)].map(escapeExpression).concat(encodedHex);
}

/** Returns expressions for the forms of a short secret that are masked only as a whole token. */
function formsAsToken(secret: string): string[] {
  const base64 = Buffer.from(secret).toString('base64');
  return [...textForms(secret), base64.replace(/=+$/, '')].map((form) => `${escapeExpression(form)}(?:=|%3D){0,2}`);
}

/** Replaces lone surrogates by U+FFFD, because `encodeURIComponent` rejects them. */
const wellFormed = (text: string): string => Buffer.from(text).toString();

/** Returns the secret as plain text, percent-encoded, and escaped for JSON and HTML. */
function textForms(secret: string): Set<string> {
  const percent = encodeURIComponent(wellFormed(secret));
  return new Set([
    secret,
    percent,
    percent.replaceAll('%20', '+'),
    percent.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    JSON.stringify(secret).slice(1, -1),
    secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
  ]);
}

/**
 * Returns base64 and base64url of the secret, alone and at the three possible offsets inside longer data. Characters that also
 * depend on adjacent data are left out.
 */
function base64Forms(secret: string): Set<string> {
  const bytes = Buffer.from(secret);
  const inside = [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64url');
    const firstOwnCharacter = shift === 0 ? 0 : shift + 1;
    const bits = (shift + bytes.length) * 8;
    return encoded.slice(firstOwnCharacter, Math.floor(bits / 6));
  });
  return new Set([
    bytes.toString('base64'),
    bytes.toString('base64url'),
    ...inside,
    ...inside.map((text) => text.replaceAll('-', '+').replaceAll('_', '/')),
  ]);
}

/** Matches hex in upper and lower case, only at whole bytes: at an even offset in a run with an even number of hex digits. */
function hexExpression(hex: string): string {
  const digits = hex.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
  return `${digits}(?<=(?<![0-9a-fA-F])(?:[0-9a-fA-F]{2})*)(?=(?:[0-9a-fA-F]{2})*(?![0-9a-fA-F]))`;
}

/** Expressions for texts whose digits are not secrets: UUIDs, dates, times, decimal numbers, durations. They are not masked. */
const excludedFormats = [
  '[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}',
  '\\d{4}-\\d{2}-\\d{2}(?:[T ][\\d:.]+Z?)?',
  '\\d{1,2}:\\d{2}:\\d{2}(?:\\.\\d+)?',
  '\\d+\\.\\d+',
  '\\d+ ms\\b',
];

const tokenExpression = (tokens: readonly string[]): RegExp =>
  new RegExp(
    `(?<![\\p{L}\\p{N}])(?:${excludedFormats.join('|')})(?![\\p{L}\\p{N}])|(?<![\\p{L}\\p{N}])(${tokens.join('|')})(?![\\p{L}\\p{N}])`,
    'gu',
  );

/** Sorts the longest form first, so that a secret that contains another secret is masked completely. */
const byLength = (forms: readonly string[]): string[] => [...new Set(forms)].toSorted((a, b) => b.length - a.length);

const escapeExpression = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
