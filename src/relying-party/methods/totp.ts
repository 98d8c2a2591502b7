/** Authenticator app codes: time-based one-time passwords, RFC 6238 (SHA-1, 6 digits, 30 s). The only file that imports otpauth. */
import { Secret, TOTP, URI } from 'otpauth';
import type { Random } from '#base/random.ts';

const periodMs = 30_000;
/** Clock drift of one time step in each direction is accepted, RFC 6238 section 5.2. */
const window = 1;

const totp = (secret: string, issuer = '', label = '') =>
  new TOTP({ issuer, label, secret: Secret.fromBase32(secret), algorithm: 'SHA1', digits: 6, period: periodMs / 1000 });

/** Returns a new secret: 160 bits in base32, as RFC 4226 section 4 recommends. */
export const generateTotpSecret = (random: Random): string =>
  new Secret({ buffer: random.bytes(20).slice().buffer }).base32;

/** Returns the code that an authenticator app with `secret` (base32) shows at `now` (ms since the epoch). */
export const generateTotpCode = (secret: string, now: number): string => totp(secret).generate({ timestamp: now });

/** What an authenticator app has for one account. */
export interface AuthenticatorApp {
  /** Duration of a time step, during which the app shows the same code. */
  periodMs: number;
  secret: Uint8Array;
  /** Returns the code that the app shows at `now` (ms since the epoch). */
  codeAt(now: number): string;
}

/**
 * Sets up an authenticator app with `key`: a secret in Base32, or the `otpauth:` URL of a QR code.
 * @throws {TypeError} if it is neither, or if its codes are not time-based.
 */
export function openAuthenticatorApp(key: string): AuthenticatorApp {
  const app = key.startsWith('otpauth:') ? parseUrl(key) : totp(checkBase32(key));
  if (app.secret.bytes.length === 0) throw new TypeError('Expected a key of at least one byte, got an empty one');
  return {
    periodMs: app.period * 1000,
    secret: app.secret.bytes,
    codeAt: (now) => app.generate({ timestamp: now }),
  };
}

function parseUrl(url: string): TOTP {
  let parsed: ReturnType<typeof URI.parse>;
  try {
    parsed = URI.parse(url);
  } catch (cause) {
    throw new TypeError('Expected a URL such as otpauth://totp/Contoso:adele?secret=JBSWY3DPEHPK3PXP', { cause });
  }
  if (parsed instanceof TOTP) return parsed;
  throw new TypeError('Expected the key of time-based codes, got one of counter-based codes');
}

/** RFC 4648 section 6. Issuers add spaces for readability. */
function checkBase32(key: string): string {
  const [wrong] = /[^A-Z2-7 ]/i.exec(key.replace(/=+$/, '')) ?? [];
  if (wrong === undefined) return key;
  throw new TypeError(`Expected Base32 (A to Z, 2 to 7) or an otpauth:// URL, got a key with ${JSON.stringify(wrong)}`);
}

/** Returns the time step that `code` is valid for, or undefined. The caller must make sure that each step is used once. */
export function findTotpStep(secret: string, code: string, now: number): number | undefined {
  if (!/^\d{6}$/.test(code)) return undefined;
  const delta = totp(secret).validate({ token: code, timestamp: now, window });
  return delta === null ? undefined : Math.floor(now / periodMs) + delta;
}

/** Returns the `otpauth:` URI for the QR code. */
export const formatTotpUri = (secret: string, issuer: string, account: string): string =>
  totp(secret, issuer, account).toString();
