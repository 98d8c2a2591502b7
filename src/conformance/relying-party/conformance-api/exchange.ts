/**
 * One request to the server under test and its answer, with limits of time and size, so that no server can stop a run. Where a limit
 * is exceeded, the case is inconclusive: the answer is neither an acceptance nor a refusal.
 */
import { withTimeout } from '#base/async.ts';
import { concat } from '#base/bytes.ts';
import type { Clock } from '#base/clock.ts';
import { messageOf, UnavailableError } from '#base/errors.ts';

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface ExchangeOptions {
  fetch: Fetch;
  clock: Clock;
}

/** An answer whose body has arrived. */
export interface HttpAnswer {
  status: number;
  headers: Headers;
  /** Undefined if the body is not UTF-8. */
  text: string | undefined;
}

export type Exchange = (url: string, init: RequestInit) => Promise<HttpAnswer>;

/** From the request to the last byte of the answer. */
const timeoutMs = 10_000;
/** The answers of the API have a few thousand bytes. */
const maxBytes = 4 * 1024 * 1024;
/** After so many requests without an answer, one after the other or in the whole run, no more are sent. */
const maxUnanswered = { inARow: 3, inTotal: 30 };

/**
 * Returns a function that sends a request and reads the whole answer. Redirects are answers, too: they are not followed, so that no
 * other host gets a request.
 */
export function createExchange({ fetch, clock }: ExchangeOptions): Exchange {
  const unanswered = { inARow: 0, inTotal: 0 };
  return async (url, init) => {
    if (unanswered.inARow >= maxUnanswered.inARow)
      throw new UnavailableError(
        `The server gave no answer to ${unanswered.inARow} requests in a row; no more are sent`,
      );
    if (unanswered.inTotal >= maxUnanswered.inTotal)
      throw new UnavailableError(`The server gave no answer to ${unanswered.inTotal} requests; no more are sent`);
    const timedOut = new AbortController();
    const whole = async () => {
      const { signal } = timedOut;
      const response = await fetch(url, { ...init, redirect: 'manual', signal }).catch((error: unknown) => {
        throw new UnavailableError(`Cannot get an answer from ${url}: ${describeCauses(error)}`, { cause: error });
      });
      return { status: response.status, headers: response.headers, text: await readText(response, url) };
    };
    const answer = await withTimeout(whole(), timeoutMs, clock, () => {
      unanswered.inARow += 1;
      unanswered.inTotal += 1;
      timedOut.abort();
      return new UnavailableError(`Expected an answer from ${url} within ${timeoutMs / 1000} s, got none`);
    });
    unanswered.inARow = 0;
    return answer;
  };
}

/** @throws {UnavailableError} if the body is too long, or ends early. */
async function readText({ body }: Response, url: string): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of body ?? []) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > maxBytes) break; // which cancels the rest
    }
  } catch (cause) {
    throw new UnavailableError(`Cannot read the answer of ${url}: ${describeCauses(cause)}`, { cause });
  }
  if (length > maxBytes)
    throw new UnavailableError(`Expected an answer of at most ${maxBytes} bytes from ${url}, got more`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(concat(...chunks));
  } catch {
    return undefined;
  }
}

/** Returns the messages of an error and its causes: the message of `fetch` contains no cause. */
function describeCauses(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause === undefined ? messageOf(error) : `${messageOf(error)}: ${describeCauses(cause)}`;
}
