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

/** Returns the code that an authenticator app shows for `key`: a secret in base32, or an `otpauth:` URI of a QR code. */
export function generateCodeOfApp(key: string, now: number): string {
  if (!key.startsWith('otpauth:')) return generateTotpCode(key, now);
  const parsed = URI.parse(key);
  if (!(parsed instanceof TOTP))
    throw new TypeError('Expected the key of time-based codes, got one of counter-based codes');
  return parsed.generate({ timestamp: now });
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
