/** The authenticator app: time-based one-time passwords, RFC 6238 (SHA-1, 6 digits, 30 s). The only door to otpauth. */
import { Secret, TOTP } from 'otpauth';
import type { Random } from '#base/random.ts';

const periodMs = 30_000;
/** One step of clock drift either way, RFC 6238 section 5.2. */
const window = 1;

const totp = (secret: string, issuer = '', label = '') =>
  new TOTP({ issuer, label, secret: Secret.fromBase32(secret), algorithm: 'SHA1', digits: 6, period: periodMs / 1000 });

/** 160 bits in base32, as RFC 4226 section 4 recommends. */
export const newTotpSecret = (random: Random): string => new Secret({ buffer: random.bytes(20).slice().buffer }).base32;

/** The code an authenticator app with `secret` (base32) shows at `now` (ms since the epoch). */
export const totpCode = (secret: string, now: number): string => totp(secret).generate({ timestamp: now });

/** The time step that `code` is valid for, or undefined. Each step may be used once: the caller remembers it. */
export function totpStep(secret: string, code: string, now: number): number | undefined {
  if (!/^\d{6}$/.test(code)) return undefined;
  const delta = totp(secret).validate({ token: code, timestamp: now, window });
  return delta === null ? undefined : Math.floor(now / periodMs) + delta;
}

/** The `otpauth:` URI behind the QR code. */
export const totpUri = (secret: string, issuer: string, account: string): string =>
  totp(secret, issuer, account).toString();
