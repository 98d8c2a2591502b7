/** The forms of a secret in a text: plain, percent-encoded, escaped for JSON or HTML, base64, base64url and hex. */

/** A secret with fewer characters is masked only as a whole token, except in hex. */
const minLengthAnywhere = 8;

const isShort = (secret: string): boolean => secret.length < minLengthAnywhere;

/** Every form that is searched anywhere, also in hex, has at least this many characters. */
export const minFormLength = 8;

/** Returns the forms that are masked also inside a longer word. */
export const formsAnywhere = (secret: string): string[] =>
  isShort(secret) ? [] : [...textForms(secret), ...base64Forms(secret)];

/** Returns the lower-case hex of the secret, `''` for a secret whose hex occurs too often by chance. */
export function hexForm(secret: string): string {
  const hex = Buffer.from(secret).toString('hex');
  return hex.length < minFormLength ? '' : hex;
}

/** Returns the forms of a short secret that are masked only as a whole token. */
export function formsAsToken(secret: string): string[] {
  if (!isShort(secret)) return [];
  return [...textForms(secret), Buffer.from(secret).toString('base64').replace(/=+$/, '')];
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
