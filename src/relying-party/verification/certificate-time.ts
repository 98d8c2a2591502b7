/** Times in certificates and revocation lists, RFC 5280 section 4.1.2.5. */
import { ProtocolViolation } from '#protocol/errors.ts';
import { type DerItem, tag } from './der-reader.ts';

/**
 * Returns milliseconds since the epoch of UTCTime YYMMDDHHMMSSZ (years 1950 to 2049) or GeneralizedTime YYYYMMDDHHMMSSZ.
 * @throws {ProtocolViolation} with rule `x509.validity`.
 */
export function parseTime(item: DerItem): number {
  const text = Buffer.from(item.content).toString('latin1');
  const short = item.tag === tag.utcTime && /^\d{12}Z$/.test(text);
  if (!short && !(item.tag === tag.generalizedTime && /^\d{14}Z$/.test(text)))
    throw new ProtocolViolation(
      { rule: 'x509.validity', section: 'RFC 5280 section 4.1.2.5', offset: 0 },
      `Cannot read a certificate: expected a date, got ${text}`,
    );
  const full = short ? `${Number(text.slice(0, 2)) < 50 ? '20' : '19'}${text}` : text;
  return Date.parse(full.replace(/^(....)(..)(..)(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}
