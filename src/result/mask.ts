/**
 * Masks secrets in text that leaves the process: reports, attachments, terminal output.
 *
 * A long secret is masked everywhere. A short secret (a PIN) is masked only as a whole token, because four digits also occur
 * by chance in hashes and times. Both are also masked in encoded form: base64, base64url, hex, percent-encoded, and escaped
 * for JSON or HTML.
 */
import { FormIndex } from './form-index.ts';
import { formsAnywhere, formsAsToken, hexForm } from './secret-forms.ts';

const maskText = '•••';

/** A text with fewer characters is not masked: masking it would make every text unreadable. */
const minSecretLength = 3;
/** A regular expression of more forms may be too large. */
const tokensPerExpression = 500;

export interface MaskOptions {
  secrets: Iterable<string>;
  /** Sources of regular expressions. Every match is masked completely. */
  patterns?: Iterable<string>;
}

export type Mask = (text: string) => string;

/** The secrets that are known so far, and masking them. */
export class KnownSecrets {
  readonly #secrets = new Set<string>();
  readonly #anywhere = new FormIndex();
  readonly #tokens = new Set<string>();
  /** Made from the tokens when needed. */
  #expressions: RegExp[] | undefined;

  /** Number of secrets. What was masked when it was smaller may contain a secret. */
  get size(): number {
    return this.#secrets.size;
  }

  add(secrets: Iterable<string>): void {
    for (const secret of secrets) {
      if (secret.trim().length < minSecretLength || this.#secrets.has(secret)) continue;
      this.#secrets.add(secret);
      for (const form of formsAnywhere(secret)) this.#anywhere.addPlain(form);
      const hex = hexForm(secret);
      if (hex !== '') this.#anywhere.addHex(hex);
      for (const form of formsAsToken(secret)) this.#tokens.add(form);
      this.#expressions = undefined;
    }
  }

  /** Returns `text` with every known secret replaced by `•••`. */
  mask(text: string): string {
    this.#expressions ??= tokenExpressions(this.#tokens);
    return this.#expressions.reduce(
      (rest, expression) =>
        rest.replace(expression, (whole, token?: string) => (token === undefined ? whole : maskText)),
      this.#anywhere.replace(text, maskText),
    );
  }
}

/**
 * Returns a function that replaces every secret in a text by `•••`.
 * @throws {SyntaxError} if a pattern is not a valid regular expression.
 */
export function createMask({ secrets, patterns = [] }: MaskOptions): Mask {
  const known = new KnownSecrets();
  known.add(secrets);
  const expressions = [...patterns].filter((source) => source !== '').map((source) => new RegExp(source, 'gu'));
  return (text) =>
    known.mask(
      expressions.reduce(
        (rest, expression) => rest.replace(expression, (match) => (match === '' ? '' : maskText)),
        text,
      ),
    );
}

/**
 * Returns a copy of a JSON value with every string masked. Keys and numbers are not masked: they are names and measurements.
 * Strings are not masked if `keep` returns true for them, so that for example a verdict stays valid.
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

/** Expressions for texts whose digits are not secrets: UUIDs, dates, times, decimal numbers, durations. They are not masked. */
const excludedFormats = [
  '[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}',
  '\\d{4}-\\d{2}-\\d{2}(?:[T ][\\d:.]+Z?)?',
  '\\d{1,2}:\\d{2}:\\d{2}(?:\\.\\d+)?',
  '\\d+\\.\\d+',
  '\\d+ ms\\b',
];

/** Returns expressions whose first group is a token. The longest tokens come first: a secret that contains another one is masked completely. */
function tokenExpressions(tokens: ReadonlySet<string>): RegExp[] {
  const forms = [...tokens]
    .toSorted((a, b) => b.length - a.length)
    .map((form) => `${escapeExpression(form)}(?:=|%3D){0,2}`);
  const groups = Array.from({ length: Math.ceil(forms.length / tokensPerExpression) }, (_, index) =>
    forms.slice(index * tokensPerExpression, (index + 1) * tokensPerExpression),
  );
  const expression = (group: readonly string[]) =>
    `(?<![\\p{L}\\p{N}])(?:${excludedFormats.join('|')})(?![\\p{L}\\p{N}])|(?<![\\p{L}\\p{N}])(${group.join('|')})(?![\\p{L}\\p{N}])`;
  return groups.map((group) => new RegExp(expression(group), 'gu'));
}

const escapeExpression = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
