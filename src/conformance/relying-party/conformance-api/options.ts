/** Reads the options in answers of the conformance API. */
import { UnavailableError } from '#base/errors.ts';
import type { ApiAnswer, ConformanceApi, Json } from './client.ts';

/** Returns the options. @throws {UnavailableError} if the answer has none. */
export function expectOptions({ status, body = {} }: ApiAnswer): Json {
  if (body.status === 'ok' && typeof body.challenge === 'string') return body;
  throw new UnavailableError(
    `The server gives no options: HTTP ${status}, ${String(body.errorMessage ?? 'no status')}`,
  );
}

/** Returns `rp.id` of options for a registration; without it, a client takes the domain of the page. */
export const readRpId = ({ rp }: Json, { origin }: Pick<ConformanceApi, 'origin'>): string =>
  String((rp as Json | undefined)?.id ?? new URL(origin).hostname);
