/**
 * Masking of secrets in text that leaves the process: reports, attachments, terminal.
 *
 * A long secret is masked wherever it stands. A short one (a PIN) only as a whole token, because four digits stand in
 * every hash and clock time by chance. Both are also found in the forms they travel in: base64, base64url, hex,
 * percent-encoded, escaped for JSON or HTML.
 */

const maskText = '•••';

/** Shorter than this a secret must stand as a whole token to be masked. */
const tokenOnlyBelow = 8;
/** Shorter than this it is no secret, and masking it would make every text unreadable. */
const ignoredBelow = 3;

export interface MaskOptions {
  secrets: Iterable<string>;
  /** Sources of regular expressions; what they match is masked whole. */
  patterns?: Iterable<string>;
}

export type Mask = (text: string) => string;

/**
 * A function that replaces every secret in a text by `•••`.
 * @throws {SyntaxError} when a pattern is no regular expression.
 */
export function createMask({ secrets, patterns = [] }: MaskOptions): Mask {
  const known = [...new Set(secrets)].filter((secret) => secret.trim().length >= ignoredBelow);
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
 * A copy of a JSON value with every string masked. Keys and numbers stay: they are names and measurements.
 * `spare` names strings that must survive under a given key (a verdict must stay a verdict whatever the secrets are).
 */
export function maskDeep<T>(value: T, mask: Mask, spare: (key: string, text: string) => boolean = () => false): T {
  const visit = (node: unknown, key: string): unknown => {
    if (typeof node === 'string') return spare(key, node) ? node : mask(node);
    if (Array.isArray(node)) return node.map((item) => visit(item, key));
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([name, item]) => [name, visit(item, name)]));
  };
  return visit(value, '') as T;
}

const isShort = (secret: string): boolean => secret.length < tokenOnlyBelow;

/** Expressions for the forms that are masked even inside a longer run of characters. */
function formsAnywhere(secret: string): string[] {
  const hex = Buffer.from(secret).toString('hex');
  const encodedHex = secret.length > ignoredBelow ? [wholeBytesOfHex(hex)] : [];
  if (isShort(secret)) return encodedHex;
  return [...textForms(secret), ...base64Forms(secret)].map(escapeExpression).concat(encodedHex);
}

/** Expressions for the forms of a short secret that are masked only where no letter or digit touches them. */
function formsAsToken(secret: string): string[] {
  const base64 = Buffer.from(secret).toString('base64');
  return [...textForms(secret), base64.replace(/=+$/, '')].map((form) => `${escapeExpression(form)}(?:=|%3D){0,2}`);
}

/** Lone surrogates as U+FFFD: percent-encoding has no other form for them. */
const wellFormed = (text: string): string => Buffer.from(text).toString();

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

/** base64 and base64url of the secret, alone and at the three places it can have inside longer data (the shared edge characters dropped). */
function base64Forms(secret: string): Set<string> {
  const bytes = Buffer.from(secret);
  const inside = [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64url');
    const firstWhole = shift === 0 ? 0 : shift + 1;
    const bits = (shift + bytes.length) * 8;
    return encoded.slice(firstWhole, Math.floor(bits / 6));
  });
  return new Set([
    bytes.toString('base64'),
    bytes.toString('base64url'),
    ...inside,
    ...inside.map((text) => text.replaceAll('-', '+').replaceAll('_', '/')),
  ]);
}

/** Hex in either case, at an even distance from where the run of hex digits begins, so that half bytes never match. */
function wholeBytesOfHex(hex: string): string {
  const digits = hex.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
  return `${digits}(?<=(?<![0-9a-fA-F])(?:[0-9a-fA-F]{2})*)(?=(?:[0-9a-fA-F]{2})*(?![0-9a-fA-F]))`;
}

/** What has digits of its own right: UUIDs, dates and times, decimal numbers, durations. Matched first, kept whole. */
const keptWhole = [
  '[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}',
  '\\d{4}-\\d{2}-\\d{2}(?:[T ][\\d:.]+Z?)?',
  '\\d{1,2}:\\d{2}:\\d{2}(?:\\.\\d+)?',
  '\\d+\\.\\d+',
  '\\d+ ms\\b',
];

const tokenExpression = (tokens: readonly string[]): RegExp =>
  new RegExp(
    `(?<![\\p{L}\\p{N}])(?:${keptWhole.join('|')})(?![\\p{L}\\p{N}])|(?<![\\p{L}\\p{N}])(${tokens.join('|')})(?![\\p{L}\\p{N}])`,
    'gu',
  );

/** Longest first, so that a secret which contains another one is masked as one. */
const byLength = (forms: readonly string[]): string[] => [...new Set(forms)].toSorted((a, b) => b.length - a.length);

const escapeExpression = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
